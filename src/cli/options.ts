import { type Command, Option } from 'commander';
import { AGGREGATE_RULES } from '../core/drift/aggregate-rule.ts';
import { POLICIES } from '../core/drift/drift-test.ts';
import { PRESET_NAMES } from '../core/drift/presets/table.ts';
import { API_OPTION } from './api.ts';

/** The options that select a stream. */
export interface StreamOptions {
  readonly service?: string;
  readonly endpoint?: string;
  readonly api?: string;
}

export type ApiOption = { readonly api?: string };

/** Adds a subcommand that calls a running service. */
export function addApiCommand(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .option(...API_OPTION);
}

export function withStreamOptions(command: Command, isRequired = false): Command {
  const add = isRequired ? command.requiredOption.bind(command) : command.option.bind(command);
  add('--service <name>', 'service of the stream');
  add('--endpoint <name>', 'endpoint of the stream, for example "POST /v2/payments"');
  return command.option(...API_OPTION);
}

export function windowOption(defaultText?: string): Option {
  const text = 'length of the window that ends now: 30m, 24h, 7d';
  return new Option('--window <duration>', defaultText === undefined ? text : `${text} (default: ${defaultText})`);
}

/** The options that `report` and `compare` share. */
export const policyOption = (defaultText: string) =>
  new Option('--policy <policy>', `how to decide (default: ${defaultText})`).choices(POLICIES);

export const presetOption = () =>
  new Option('--preset <tool>', 'use the tests and thresholds of another tool').choices(PRESET_NAMES);

export const aggregateOption = (items: 'columns' | 'features') =>
  new Option('--aggregate <rule>', `how many ${items} must drift (default: any)`).choices(AGGREGATE_RULES);

export const JSON_OPTION = ['--json', 'print the result as JSON'] as const;
export const DRY_RUN_OPTION = ['--dry-run', 'show what would happen, and change nothing'] as const;
