import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { openEmbedded } from '../../src/store/engine/embedded.ts';
import { SILENT } from '../silent-log.ts';
import { fakeTerminal } from './fake-terminal.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-check-'));
  return () => rm(directory, { recursive: true, force: true });
});

async function check(env: Record<string, string>) {
  const terminal = fakeTerminal({ DATA_DIR: join(directory, 'none'), ...env });
  const code = await runCommand(['serve', '--check'], terminal);
  return { code, out: terminal.lines.join('\n'), errors: terminal.errors() };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

const MONITORS =
  'monitors:\n  - name: pay\n    stream: {service: shop, endpoint: POST /pay}\n    window: 10m\n    every: 10m\n';

test('says what the service would read, and makes nothing', async () => {
  const channels = await file('channels.yaml', `channels:\n  team: {type: slack, webhook_url: "\${TEAM_HOOK}"}\n`);
  const { code, out } = await check({
    CHANNELS_FILE: channels,
    MONITORS_FILE: await file('good.yaml', MONITORS),
    PORT: '9000',
  });
  expect(out).toMatch(/^ok +configuration +127\.0\.0\.1:9000, AUTH on/m);
  expect(out).toMatch(/^ok +channels +.*team \(no secrets: only logged\)/m);
  expect(out).toMatch(/^ok +database +embedded, will be created in/m);
  expect(out).toMatch(/^ok +monitors +.*good\.yaml: 1 monitors/m);
  expect(out).toContain('the service can start');
  expect(code).toBe(0);
  expect(existsSync(join(directory, 'none'))).toBe(false);
});

test('shows every error of every file, with its line', async () => {
  const channels = await file('wrong-channels.yaml', 'channels:\n  team: {type: slck}\n');
  const monitors = await file('wrong.yaml', MONITORS.replace('window', 'winow').replace('10m', '10mm'));
  const { code, out, errors } = await check({
    CHANNELS_FILE: channels,
    MONITORS_FILE: monitors,
    BASELINE_PATH: join(directory, 'missing.json'),
  });
  expect(out).toMatch(/^error +channels +[\s\S]*line 2: channels\.team/m);
  expect(out).toMatch(/^error +baseline +.*missing\.json cannot be read/m);
  expect(out).toMatch(/^error +monitors +[\s\S]*line 4: monitors\.0\.winow: .*did you mean window\?/m);
  expect(errors).toContain('the service cannot start: see the errors above');
  expect(code).toBe(2);
});

test('a wrong variable is the first thing that it says', async () => {
  expect(await check({ PORT: 'eighty' })).toMatchObject({ code: 2, errors: expect.stringContaining('PORT: must be') });
});

test('a database that is away is 3', async () => {
  const { code, out } = await check({ DATABASE_URL: 'postgres://dev:secret@127.0.0.1:1/drift' });
  expect(out).toMatch(/^error +database +/m);
  expect(out).not.toContain('secret');
  expect(code).toBe(3);
});

test('the schema is looked at: what is missing, what is newer, and who may come in', async () => {
  const DATA_DIR = join(directory, 'data');
  const env = { DATA_DIR };
  await runCommand(['migrate'], fakeTerminal(env));
  expect(await check(env)).toMatchObject({ code: 0, out: expect.stringMatching(/schema +up to date, 0 API keys/) });
  const open = await check({ ...env, HOST: '0.0.0.0' });
  expect(open).toMatchObject({ code: 2, out: expect.stringMatching(/^error +schema +HOST=0\.0\.0\.0 is open/m) });
  const db = await openEmbedded({ dataDir: DATA_DIR, log: SILENT });
  onTestFinished(() => db.close());
  await db.query(`insert into schema_migrations (version, name, checksum) values (9999, '9999_later.sql', 'x')`);
  expect(await check(env)).toMatchObject({ code: 0, out: expect.stringContaining('its schema is not checked') });
  await db.close();
  expect(await check(env)).toMatchObject({ code: 2, out: expect.stringContaining('newer than this program') });
});
