import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

test('--port is checked as PORT is', async () => {
  const terminal = fakeTerminal({ PORT: '8000' });
  expect(await runCommand(['serve', '--port', 'eighty'], terminal)).toBe(2);
  expect(terminal.errors()).toMatch(/^ {2}PORT: must be a number/m);
});

test('--port and --host go before the environment', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-serve-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const terminal = fakeTerminal({
    HOST: '203.0.113.1',
    PORT: '0',
    AUTH: 'off',
    LOG_LEVEL: 'silent',
    DATA_DIR: join(directory, 'data'),
    BASELINES_DIR: join(directory, 'baselines'),
  });
  expect(await runCommand(['serve', '--host', '127.0.0.1', '--port', String(port)], terminal)).toBe(2);
  expect(terminal.errors()).toContain(`port ${port} on 127.0.0.1 is in use`);
});
