import type { Command, Help, Option } from 'commander';

/** What may stand after an option: nothing, any text, a file, or one of some words. */
type OptionValue = 'none' | 'any' | 'file' | readonly string[];

export interface CompletedOption {
  /** `-f` and `--file`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly value: OptionValue;
}

/** A command with what may stand in it. */
export interface CompletedCommand {
  /** Of the commands that lead to it: empty for the program, else such as `/baseline/build`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  /** Words that an argument may be. */
  readonly words: readonly string[];
  readonly takesFiles: boolean;
}

/** Arguments, and values of options, that are files. */
const FILES = /^(file|path|directory|reference|production)$/;

/** Every command of a program, each before those in it. */
export function completionTree(program: Command): CompletedCommand[] {
  return describe(program, program.createHelp(), '');
}

function describe(command: Command, help: Help, path: string): CompletedCommand[] {
  const inner = help.visibleCommands(command);
  const { registeredArguments } = command;
  const own: CompletedCommand = {
    path,
    commands: inner.map((each) => ({ name: each.name(), description: each.description() })),
    options: help.visibleOptions(command).map(describeOption),
    words: registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    takesFiles: registeredArguments.some((argument) => FILES.test(argument.name())),
  };
  return [own, ...inner.flatMap((each) => describe(each, help, `${path}/${each.name()}`))];
}

function describeOption(option: Option): CompletedOption {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  return { names, description: option.description, value: kindOfValue(option) };
}

function kindOfValue({ flags, argChoices, required, optional }: Option): OptionValue {
  if (!required && !optional) return 'none';
  if (argChoices !== undefined) return argChoices;
  return FILES.test(/[<[]([^>\]]+)/.exec(flags)?.[1] ?? '') ? 'file' : 'any';
}

/** The names of options after which a value stands, as alternatives of a shell's `case`: `/report:--policy`. */
export function optionsWithValues(commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap(({ path, options }) =>
    options.filter(({ value }) => value !== 'none').flatMap(({ names }) => names.map((name) => `${path}:${name}`)),
  );
}

/** A text as one word of a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
