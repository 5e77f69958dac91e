import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { readEnvFile } from '../../src/config/env-file.ts';
import { fakeTerminal } from './fake-terminal.ts';

/** A terminal with this `.env`. */
function terminalWith(text: string, env: Record<string, string> = {}) {
  return { ...fakeTerminal(env), envFile: readEnvFile(text) };
}

test('a command that reads the configuration refuses unknown names, beside what is wrong with the others', async () => {
  const terminal = terminalWith('PORTT=9000\nAUTH=maybe', { AUTH: 'maybe' });
  expect(await runCommand(['serve'], terminal)).toBe(2);
  expect(terminal.errors()).toMatch(/^ {2}AUTH: /m);
  expect(terminal.errors()).toContain('  .env line 1: unknown variable "PORTT"; did you mean PORT?');
});

test('names that a file of channels uses are known', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-env-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const channels = join(directory, 'channels.yaml');
  await writeFile(channels, `channels:\n  team: {type: slack, webhook_url: "\${TEAM_HOOK}"}\n`);
  const terminal = terminalWith('TEAM_HOOK=https://x\nTEAM_HOOKS=y', { CHANNELS_FILE: channels });
  expect(await runCommand(['migrate', '--check'], terminal)).toBe(2);
  expect(terminal.errors()).toContain('unknown variable "TEAM_HOOKS"; did you mean TEAM_HOOK?');
  expect(terminal.errors()).not.toContain('"TEAM_HOOK"');
});

test('other commands refuse only names that can be nobody else’s', async () => {
  const terminal = terminalWith('STRIPE_TOKEN=x\nPLUMBLINE_API_KEEY=pl_x');
  expect(await runCommand(['compare', 'a.csv', 'b.csv'], terminal)).toBe(2);
  expect(terminal.errors()).toBe(
    'plumbline: .env line 2: unknown variable "PLUMBLINE_API_KEEY"; did you mean PLUMBLINE_API_KEY?\n',
  );
});
