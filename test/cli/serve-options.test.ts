import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { PATIENCE } from '../patience.ts';
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

test('a terminal gets an example and lines for people, no JSON', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-serve-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const env = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: join(directory, 'data'),
    BASELINES_DIR: join(directory, 'baselines'),
  };
  const terminal = fakeTerminal(env, true);
  const ended = runCommand(['serve'], terminal);
  await vi.waitUntil(() => terminal.lines.some((line) => line.includes('"duration_ms": 87.5')), PATIENCE);
  const url = /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(terminal.lines.join('\n'))?.[1] ?? '';
  expect(terminal.lines.join('\n')).toContain(`curl -s ${url}/v1/ingest`);
  process.emit('SIGTERM');
  expect(await ended).toBe(0);
  expect(terminal.lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}migration applied migration=0001_streams\.sql$/);
  expect(terminal.lines.at(-1)).toMatch(/Z INFO {2}stopping after running requests and jobs are finished$/);
  expect(terminal.lines.join('\n')).not.toContain('{"level"');
});
