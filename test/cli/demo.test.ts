import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('plumbline-demo-'));

test('the demo goes from OK to FAIL on the amounts, fits on a screen, and leaves nothing behind', async () => {
  const before = await leftovers();
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
  expect(await leftovers()).toEqual(before);
});
