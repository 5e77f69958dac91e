import { expect, it } from 'vitest';
import { runCommand } from '../src/cli/program.ts';
import { fakeTerminal } from './cli/fake-terminal.ts';

const SMALL = [
  'simulate',
  '--days',
  '2',
  '--features',
  '8',
  '--per-hour',
  '300',
  '--drift-after',
  '12h',
  '--drift-for',
  '6h',
];

it('a simulated drift is one incident, with one notification when it opens and one when it is resolved', async () => {
  const terminal = fakeTerminal();
  expect(await runCommand(SMALL, terminal)).toBe(0);
  const notifications = terminal.lines.filter((line) => line.includes('✉'));
  expect(notifications.filter((line) => line.includes('opened'))).toHaveLength(1);
  expect(notifications.filter((line) => line.includes('RESOLVED'))).toHaveLength(1);
  expect(terminal.lines.at(-1)).toMatch(
    /^48 runs \(0 failed, 0 skipped\); incidents: 1 opened, 0 reopened, 1 resolved/,
  );
});

it('days without drift send no notifications', async () => {
  const terminal = fakeTerminal();
  expect(await runCommand([...SMALL, '--no-drift', '--seed', '3'], terminal)).toBe(0);
  expect(terminal.lines.at(-1)).toMatch(/^48 runs \(0 failed, 0 skipped\); incidents: 0 opened.* 0 notifications/);
});
