import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completionTree } from '../completion/tree.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { Terminal } from '../terminal.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const HELP = `
The script completes commands, options and their values. It needs the command plumbline on the PATH: npm link, or npm install --global

  bash    echo 'source <(plumbline completion bash)' >> ~/.bashrc
  zsh     echo 'source <(plumbline completion zsh)' >> ~/.zshrc        after compinit
  fish    plumbline completion fish > ~/.config/fish/completions/plumbline.fish`;

export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('Print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', HELP)
    .action((shell: keyof typeof SHELLS) => terminal.out(SHELLS[shell](program.name(), completionTree(program))));
}
