import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Artifact, writeArtifact } from '../../../src/services/incidents/artifact.ts';

function artifactOf(n: number, window = '1h', created_at = '2026-05-04T12:34:56.789Z'): Artifact {
  return {
    kind: 'drift_incident',
    created_at,
    window,
    api_base: 'http://127.0.0.1:8000',
    assessment: [],
    metrics_snapshot: { n },
    automation: {},
  };
}

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-artifact-'));
});

afterEach(async () => {
  await chmod(directory, 0o755);
  await rm(directory, { recursive: true });
});

it('is called after its second and its window, and holds the whole artifact', async () => {
  const path = await writeArtifact(directory, artifactOf(1));
  expect(path).toBe(join(directory, 'incident_20260504T123456_1h.json'));
  const text = await readFile(path, 'utf8');
  expect(JSON.parse(text)).toEqual(artifactOf(1));
  expect(text.endsWith('}\n')).toBe(true);
});

it('makes the directory', async () => {
  const path = await writeArtifact(join(directory, 'a', 'b'), artifactOf(1));
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(artifactOf(1));
});

it('overwrites nothing: twenty at once in one second are twenty files', async () => {
  const paths = await Promise.all(Array.from({ length: 20 }, (_, n) => writeArtifact(directory, artifactOf(n))));
  const names = Array.from({ length: 20 }, (_, i) => `incident_20260504T123456_1h${i === 0 ? '' : `-${i + 1}`}.json`);
  expect(paths.map((path) => basename(path)).sort()).toEqual([...names].sort());
  for (const [n, path] of paths.entries()) expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(artifactOf(n));
});

it('leaves a file that was there before', async () => {
  const taken = join(directory, 'incident_20260504T123456_1h.json');
  await writeFile(taken, 'another');
  expect(basename(await writeArtifact(directory, artifactOf(1)))).toBe('incident_20260504T123456_1h-2.json');
  expect(await readFile(taken, 'utf8')).toBe('another');
});

it('another second or another window is another name', async () => {
  await writeArtifact(directory, artifactOf(1));
  await writeArtifact(directory, artifactOf(2, '90m'));
  await writeArtifact(directory, artifactOf(3, '1h', '2026-05-04T12:34:57.000Z'));
  expect((await readdir(directory)).sort()).toEqual([
    'incident_20260504T123456_1h.json',
    'incident_20260504T123456_90m.json',
    'incident_20260504T123457_1h.json',
  ]);
});

it.each(['../../evil', '/etc/x', '1 h\0'])('stays in its directory with a window called %j', async (window) => {
  const path = await writeArtifact(directory, artifactOf(1, window));
  expect(await readdir(directory)).toEqual([basename(path)]);
  expect(basename(path)).toMatch(/^incident_20260504T123456_[A-Za-z0-9]+\.json$/);
});

it('says when it cannot write', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  await expect(writeArtifact(file, artifactOf(1))).rejects.toThrow(/EEXIST|ENOTDIR/);
});
