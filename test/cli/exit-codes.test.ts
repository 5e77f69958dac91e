import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { Failure } from '../../src/cli/failure.ts';
import { runCommand } from '../../src/cli/program.ts';
import { AppError } from '../../src/core/errors.ts';
import { DatabaseUnavailable } from '../../src/store/database.ts';
import { DirectoryInUse } from '../../src/store/engine/directory-lock.ts';
import { fakeTerminal } from './fake-terminal.ts';

const AWAY = ['--api', 'http://127.0.0.1:1'];

async function codeOf(...args: string[]): Promise<number> {
  return runCommand(args, fakeTerminal());
}

test.each<[string, Error, number]>([
  ['drift', new Failure('drifted', 'drift'), 1],
  ['a file that cannot be used', new Failure('no file', 'usage'), 2],
  ['a refusal', new AppError('conflict', 'the last key'), 2],
  ['a directory that another process has', new DirectoryInUse('in use'), 2],
  ['a database that is away', new DatabaseUnavailable('stopped'), 3],
  ['a service that shuts down', new AppError('shutting_down', 'soon gone'), 3],
  ['a fault of the program', new TypeError('x is not a function'), 70],
  ['a 500 of the service', new AppError('internal', 'Internal error'), 70],
  ['Ctrl-C', new Failure('stopped', 'interrupted'), 130],
])('%s has its exit code', async (_, error, expected) => {
  expect(await exitCodeOf(fakeTerminal(), () => Promise.reject(error))).toBe(expected);
});

describe('commands', () => {
  test('exit with 3 when nothing answers', async () => {
    expect(await codeOf('report', ...AWAY)).toBe(3);
    expect(await codeOf('monitors', 'list', ...AWAY)).toBe(3);
    expect(await codeOf('sentry', ...AWAY)).toBe(3);
  });

  test('apply exits with 2 for a file that is missing', async () => {
    expect(await codeOf('apply', '-f', '/no/such/monitors.yaml', ...AWAY)).toBe(2);
  });

  test('the sentry keeps 2 for critical, and has 64 for wrong usage', async () => {
    expect(await codeOf('sentry', '--no-such-option')).toBe(64);
    expect(await codeOf('sentry', '--window', 'soon', ...AWAY)).toBe(64);
    const critical = () => Promise.reject(new Failure('CRITICAL signals: 1', 'drift'));
    expect(await exitCodeOf(fakeTerminal(), critical, 'sentry')).toBe(2);
    expect(await codeOf('sentry', '--help')).toBe(0);
  });
});

test('help, README and docs/cli.md list every exit code with its meaning', async () => {
  const terminal = fakeTerminal();
  await runCommand(['--help'], terminal);
  const help = terminal.lines.join('\n');
  const page = (await readFile('docs/cli.md', 'utf8')).replaceAll('`', '');
  const readme = (await readFile('README.md', 'utf8')).replaceAll('\n', ' ');
  const line = /Exit codes: [^.]*\./.exec(readme)?.[0];
  expect([...(line?.matchAll(/\d+/g) ?? [])].map(([code]) => Number(code))).toEqual(
    Object.values(EXIT_CODES).map(({ code }) => code),
  );
  for (const { code, meaning } of Object.values(EXIT_CODES)) {
    expect(help).toMatch(new RegExp(`^ +${code} +${meaning}$`, 'm'));
    expect(page).toContain(`| ${code} | ${meaning} |`);
  }
});
