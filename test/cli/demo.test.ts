import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

let directory: string;

// Its own temporary directory, so that other demos on this machine do not matter.
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
  vi.stubEnv('TMPDIR', directory);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

test('the demo reports OK, then FAIL on the amounts, fits on a screen, and deletes its files', async () => {
  const terminal = fakeTerminal();
  const code = await runCommand(['demo'], terminal);
  expect(terminal.errors()).toBe('');
  expect(code).toBe(0);
  const statuses = terminal.lines.filter((line) => /^(OK|FAIL)/.test(line));
  expect(statuses).toEqual(['OK', expect.stringMatching(/^FAIL {2}amount_ks/)]);
  const text = terminal.lines.join('\n');
  expect(text).toMatch(/POST \/v2\/payments {2}200 events[\s\S]*POST \/v2\/payments {2}700 events/);
  expect(text).toMatch(/success_rate +slo +kept +99.71 % +700/);
  expect(text.split('\n').length).toBeLessThanOrEqual(44);
  expect((await readdir(directory)).filter((name) => name.startsWith('plumbline'))).toEqual([]);
});
