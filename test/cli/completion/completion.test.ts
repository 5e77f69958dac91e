import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { bashCompletion } from '../../../src/cli/completion/bash.ts';
import { fishCompletion } from '../../../src/cli/completion/fish.ts';
import { completionTree } from '../../../src/cli/completion/tree.ts';
import { zshCompletion } from '../../../src/cli/completion/zsh.ts';
import { runCommand } from '../../../src/cli/program.ts';
import { fakeTerminal } from '../fake-terminal.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-completion-'));
  await writeFile(join(directory, 'monitors one.yaml'), '');
  await writeFile(join(directory, 'monitors.yaml'), '');
  return () => rm(directory, { recursive: true });
});

async function scriptOf(shell: string): Promise<string> {
  const terminal = fakeTerminal();
  expect(await runCommand(['completion', shell], terminal)).toBe(0);
  const path = join(directory, `completion.${shell}`);
  await writeFile(path, terminal.lines.join('\n'));
  return path;
}

const isInstalled = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const linesOf = (output: Buffer) => output.toString().split('\n').slice(0, -1);

/** What bash offers for the last of these words. */
function askBash(script: string, ...words: string[]): string[] {
  const ask = `source "$1"; shift; complete -p plumbline >/dev/null || exit 1
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _plumbline; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', ask, 'bash', script, 'plumbline', ...words];
  return linesOf(execFileSync('bash', args, { cwd: directory })).filter((line) => line !== '');
}

/** What fish offers after a line, without descriptions. */
function askFish(script: string, line: string): string[] {
  const ask = `source ${script}; complete -C ${JSON.stringify(line)}`;
  return linesOf(execFileSync('fish', ['--no-config', '-c', ask], { cwd: directory })).map(
    (each) => each.split('\t')[0] ?? '',
  );
}

const LINES = [
  ['plumbline bas', ['baseline']],
  ['plumbline baseline bui', ['build']],
  ['plumbline baseline build --ma', ['--match']],
  ['plumbline report --policy cl', ['classic']],
  ['plumbline report --service baseline --al', ['--all']],
  ['plumbline report --service ', []],
  ['plumbline completion f', ['fish']],
  ['plumbline incidents l', ['list']],
  ['plumbline apply --file monitors.', ['monitors.yaml']],
  ['plumbline compare monitors.', ['monitors.yaml']],
] as const;

describe.skipIf(!isInstalled('bash'))('bash', () => {
  it.each(LINES)('completes %j', async (line, expected) => {
    expect(askBash(await scriptOf('bash'), ...line.split(' ').slice(1))).toEqual(expected);
  });

  it('completes files with a space in their names', async () => {
    expect(askBash(await scriptOf('bash'), 'apply', '-f', 'mon')).toEqual(['monitors one.yaml', 'monitors.yaml']);
  });

  it('offers the commands and options of every command', async () => {
    const script = await scriptOf('bash');
    const offered = askBash(script, '');
    expect(offered).toEqual(expect.arrayContaining(['serve', 'baseline', 'completion', '--version', '-h', '--help']));
    const help = fakeTerminal();
    await runCommand(['baseline', 'build', '--help'], help);
    const options = [...help.lines.join('\n').matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name);
    expect(options.length).toBeGreaterThan(8);
    expect(askBash(script, 'baseline', 'build', '--')).toEqual(options);
  });
});

describe.skipIf(!isInstalled('fish'))('fish', () => {
  it.each(LINES)('completes %j', async (line, expected) => {
    expect(askFish(await scriptOf('fish'), line)).toEqual(expected);
  });
});

describe.skipIf(!isInstalled('zsh'))('zsh', () => {
  it('completes in an interactive shell', async () => {
    const script = await scriptOf('zsh');
    const unique = LINES.filter(([, { length }]) => length === 1);
    const tab = fileURLToPath(new URL('./tab.zsh', import.meta.url));
    const env = { ...process.env, TERM: 'dumb' };
    const args = ['-f', tab, script, ...unique.map(([line]) => line)];
    const completed = linesOf(execFileSync('zsh', args, { cwd: directory, env, timeout: 60_000 }));
    expect(completed).toEqual(unique.map(([line, [word]]) => `${line.slice(0, line.lastIndexOf(' '))} ${word} `));
  });
});

describe('any text', () => {
  const program = new Command('tool').description('x');
  program.command('it').description(`it's a "test": $(touch x) \`y\` \\ [z] %`).option('--o <text>', `what's "this"`);
  const tree = completionTree(program);

  const shells = [
    ['bash', bashCompletion, ['--norc', '-n']],
    ['zsh', zshCompletion, ['-f', '-n']],
    ['fish', fishCompletion, ['--no-config', '-n']],
  ] as const;

  for (const [shell, write, args] of shells) {
    it.skipIf(!isInstalled(shell))(`may be in a description: ${shell}`, async () => {
      const path = join(directory, `any.${shell}`);
      await writeFile(path, write('tool', tree));
      expect(spawnSync(shell, [...args, path]).stderr.toString()).toBe('');
    });
  }
});
