import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isBuilt } from '../../scripts/build/is-built.ts';

test('a build is current until a source, or a folder of sources, is newer', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-build-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [folder, source, result] = [join(directory, 'src'), join(directory, 'src', 'a.ts'), join(directory, 'main.js')];
  await mkdir(folder);
  await writeFile(source, '');
  expect(isBuilt([folder], result)).toBe(false);
  await writeFile(result, '');
  const setTimes = async (folderAt: number, sourceAt: number) => {
    await utimes(source, sourceAt, sourceAt);
    await utimes(folder, folderAt, folderAt);
    await utimes(result, 1_000, 1_000);
  };
  await setTimes(900, 900);
  expect(isBuilt([folder], result)).toBe(true);
  await setTimes(900, 1_001);
  expect(isBuilt([folder], result)).toBe(false);
  await setTimes(1_001, 900);
  expect(isBuilt([folder], result)).toBe(false);
});

test('npm start builds only through this check', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(scripts.start).toBe('tsx scripts/build-if-changed.ts && node dist/main.js');
});
