import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { hashApiKey, isApiKey } from '../../src/store/api-key.ts';
import { findApiKeyByHash } from '../../src/store/api-keys.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { fakeTerminal } from './fake-terminal.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-keys-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function run(...args: string[]) {
  const terminal = fakeTerminal({ DATA_DIR: directory, PLUMBLINE_URL: 'http://127.0.0.1:1' });
  const code = await runCommand(args, terminal);
  return { code, out: terminal.lines.join('\n'), err: terminal.errors() };
}

test('before the first start, the commands create schema and keys directly in the database', async () => {
  expect((await run('migrate')).out).toMatch(/^\d+ migrations applied$/);
  const early = await run('keys', 'create', '--scope', 'read');
  expect(early).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/scope admin first/) });
  const { code, out: key } = await run('keys', 'create', '--scope', 'admin', '--name', 'ops');
  expect(code).toBe(0);
  expect((await run('keys', 'list')).out).toMatch(/1 +ops +admin +\d{4}-\d\d-\d\d +active/);

  expect(await run('keys', 'revoke', '1')).toMatchObject({ code: 2, err: expect.stringMatching(/last key.*--open/s) });

  await run('keys', 'create', '--scope', 'read');
  expect(await run('keys', 'revoke', '1')).toMatchObject({ code: 2, err: expect.stringMatching(/the last admin key/) });

  // The service must know it.
  expect(isApiKey(key)).toBe(true);
  const db = await openDatabase({ dataDir: directory, log: silent });
  const found = await findApiKeyByHash(db, hashApiKey(key)).finally(() => db.close());
  expect(found).toMatchObject({ name: 'ops', scope: 'admin' });

  expect((await run('keys', 'revoke', '2')).code).toBe(0);
  expect(await run('keys', 'revoke', '1', '--open')).toMatchObject({ code: 0, out: 'key 1 is revoked' });
});

test('with --api the database is not opened', async () => {
  const { code, err } = await run('keys', 'list', '--api', 'http://127.0.0.1:1');
  expect(code).toBe(3);
  expect(err).toMatch(/nothing answers|connection to/);
});
