import type { Command } from 'commander';
import type { ApplyAnswer } from '../../api/monitors.ts';
import type { FileError } from '../../config/yaml-file.ts';
import { checkMonitors } from '../../services/monitors/check-monitors.ts';
import { type MonitorsFile, readMonitorsFile } from '../../services/monitors/read-monitors-file.ts';
import { API_OPTION, type Api, apiFrom, readProblem, refusalFailure } from '../api.ts';
import { type Failure, usageFailure } from '../failure.ts';
import { readTextFile } from '../files.ts';
import { DRY_RUN_OPTION } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface ApplyOptions {
  readonly file: string;
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly api?: string;
}

const HELP = `
Creates and changes monitors so that they match the file. Either all changes are applied or none.
If the file has errors, all of them are shown with their lines. docs/monitors.md lists the settings.

Examples:
  plumbline apply -f monitors.yaml --dry-run     what would change
  plumbline apply -f monitors.yaml --prune       also delete monitors that are no longer in the file

monitors.yaml:
  monitors:
    - name: payments
      stream: {service: payments_api, endpoint: POST /v2/payments}
      window: 1h
      every: 5m
    - name: web                      a monitor for each stream that matches, also for those to come
      stream: {service: "web*", endpoint: "GET *"}
      window: 1h
      every: 5m`;

export function addApplyCommand(program: Command, terminal: Terminal): void {
  program
    .command('apply')
    .description('Create, change and delete monitors from a file')
    .requiredOption('-f, --file <path>', 'file of monitors, YAML or JSON')
    .option('--prune', 'delete monitors that came from an earlier file and are not in this one')
    .option(...DRY_RUN_OPTION)
    .option(...API_OPTION)
    .addHelpText('after', HELP)
    .action((options: ApplyOptions) => apply(terminal, options));
}

async function apply(
  terminal: Terminal,
  { file: path, prune = false, dryRun = false, api }: ApplyOptions,
): Promise<void> {
  const text = await readTextFile(path);
  const file = readMonitorsFile(text);
  const errors = [...file.errors, ...checkMonitors(file.documents, undefined).map(file.atLine)];
  if (errors.length > 0) throw fileFailure(path, errors);
  const answer = await send(apiFrom(terminal.env, api), path, file, { prune, dry_run: dryRun });
  printChanges(terminal, answer, dryRun);
}

/** Errors that only the service can find, such as unknown channels, are shown with their lines too. */
async function send(api: Api, path: string, file: MonitorsFile, options: object): Promise<ApplyAnswer> {
  const body = JSON.stringify({ monitors: file.documents, ...options });
  const answer = await api.call('POST', '/v1/monitors/apply', { body });
  if (answer.status < 300) return api.parse<ApplyAnswer>('/v1/monitors/apply', answer);
  const problem = readProblem(answer);
  if (problem.code !== 'invalid_monitor') throw refusalFailure(problem);
  throw fileFailure(
    path,
    problem.errors.map(({ path: at = '', message }) => file.atLine({ path: at, message })),
  );
}

function fileFailure(path: string, errors: readonly FileError[]): Failure {
  const lines = [...errors].sort((a, b) => a.line - b.line).map(({ line, message }) => `  ${path}:${line}  ${message}`);
  const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
  return usageFailure(`${count}; nothing was applied:\n${lines.join('\n')}`);
}

function printChanges(
  terminal: Terminal,
  { created, changed, unchanged, deleted, patterns }: ApplyAnswer,
  isDryRun: boolean,
): void {
  const { green, yellow, red, dim } = terminal.colors;
  for (const name of created) terminal.out(green(`+ ${name}`));
  for (const { name, differences } of changed) {
    terminal.out(yellow(`~ ${name}`));
    for (const line of differences) terminal.out(`    ${line}`);
  }
  for (const name of deleted) terminal.out(red(`- ${name}`));
  for (const { name, monitors } of patterns)
    terminal.out(dim(`${name} is for ${monitors} ${monitors === 1 ? 'stream' : 'streams'}`));
  const counts = `${created.length} created, ${changed.length} changed, ${deleted.length} deleted, ${unchanged.length} unchanged`;
  terminal.out(dim(isDryRun ? `dry run, nothing was changed: ${counts}` : counts));
}
