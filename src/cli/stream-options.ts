import type { Command } from 'commander';
import { API_OPTION } from './api.ts';

/** The options that name a stream and a service, alike on every command. */
export interface StreamOptions {
  readonly service?: string;
  readonly endpoint?: string;
  readonly api?: string;
}

export function withStreamOptions(command: Command, isRequired = false): Command {
  const add = isRequired ? command.requiredOption.bind(command) : command.option.bind(command);
  add('--service <name>', 'the service of the stream');
  add('--endpoint <name>', 'the endpoint of the stream, e.g. "POST /v2/payments"');
  return command.option(...API_OPTION);
}

/** Collects an option that may be given several times. */
export function collect(value: string, all: readonly string[]): string[] {
  return [...all, value];
}

/** A command of a group that speaks to a running service. */
export function addApiCommand(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .option(...API_OPTION);
}
