import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { API_OPTION, type Api, apiFrom } from '../api.ts';
import { Failure, messageOf, systemCode, usageFailure } from '../failure.ts';
import { collect, type StreamOptions, withStreamOptions } from '../stream-options.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface BuildOptions extends StreamOptions {
  readonly window?: string;
  readonly start?: string;
  readonly end?: string;
  readonly exclude: string[];
  readonly name?: string;
  readonly activate: boolean;
}

interface Baseline {
  readonly id: number;
  readonly name: string;
  readonly service: string;
  readonly endpoint: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly samples: number;
  readonly features: readonly { readonly path: string; readonly kind: string }[];
  readonly warnings: readonly string[];
  readonly active: boolean;
}

type ApiOption = { readonly api?: string };

const HELP = `
Examples:
  plumbline baseline build --service payments_api --endpoint "POST /v2/payments" --window 120m
  plumbline baseline build --service shop --endpoint "GET /cart" --start 2026-01-05T00:00:00Z --end 2026-01-12T00:00:00Z \\
    --exclude 2026-01-07T10:00:00Z/2026-01-07T11:30:00Z
  plumbline baseline import baseline_payments_api.json
  plumbline baseline download payments-week-2 --out payments-week-2.json`;

export function addBaselineCommand(program: Command, terminal: Terminal): void {
  const group = program.command('baseline').description('make, list and choose baselines').addHelpText('after', HELP);
  addBuild(group, terminal);
  addTransfer(group, terminal);
  const apiOf = (options: ApiOption) => apiFrom(terminal.env, options.api);
  withStreamOptions(group.command('list').description('list baselines, newest first')).action(
    (options: StreamOptions) => listBaselines(terminal, apiOf(options), options),
  );
  onBaseline(group, 'show', 'tell one baseline').action(async (key: string, options: ApiOption) =>
    showBaseline(terminal, await apiOf(options).json<Baseline>('GET', pathOf(key))),
  );
  onBaseline(group, 'activate', 'compare its stream with this one from now on').action(
    async (key: string, options: ApiOption) => {
      const baseline = await apiOf(options).json<Baseline>('POST', `${pathOf(key)}/activate`);
      terminal.out(`${baseline.name} is the baseline of ${baseline.service} ${baseline.endpoint} now`);
    },
  );
  onBaseline(group, 'delete', 'remove one; its reports stay').action(async (key: string, options: ApiOption) => {
    await apiOf(options).json('DELETE', pathOf(key));
    terminal.out(`${key} is deleted`);
  });
}

function addBuild(group: Command, terminal: Terminal): void {
  withStreamOptions(group.command('build').description('make a baseline from stored events'), true)
    .option('--window <length>', 'the last 30m, 2h, 7d (default: BASELINE_WINDOW_MINUTES of the service)')
    .option('--start <time>', 'or from an ISO time')
    .option('--end <time>', 'to an ISO time (default: now)')
    .option('--exclude <start/end>', 'leave out a span, such as a known fault; may be given several times', collect, [])
    .option('--name <name>', 'its name (default: stream and time)')
    .option('--no-activate', 'keep the present baseline active')
    .action((options: BuildOptions) => buildBaseline(terminal, options));
}

function addTransfer(group: Command, terminal: Terminal): void {
  onBaseline(group, 'download', 'get one as a file')
    .option('--out <file>', 'where to write it (default: standard output)')
    .action((key: string, options: ApiOption & { out?: string }) => downloadBaseline(terminal, key, options));
  group
    .command('import')
    .description("load one from a file: this program's own, or the one of Intent Drift Monitor & Guard")
    .argument('<file>')
    .option('--no-activate', 'keep the present baseline active')
    .option(...API_OPTION)
    .action((path: string, options: ApiOption & { activate: boolean }) => importBaseline(terminal, path, options));
}

function onBaseline(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .argument('<baseline>', 'its name or its id')
    .option(...API_OPTION);
}

function pathOf(key: string): string {
  return `/v1/baselines/${encodeURIComponent(key)}`;
}

async function buildBaseline(terminal: Terminal, options: BuildOptions): Promise<void> {
  const { service, endpoint, window, start, end, name, activate } = options;
  if (window !== undefined && start !== undefined) throw usageFailure('give --window, or --start and --end, not both');
  const exclude = options.exclude.map(readSpan);
  const body = { service, endpoint, window, start, end, name, activate, ...(exclude.length > 0 ? { exclude } : {}) };
  showBaseline(terminal, await apiFrom(terminal.env, options.api).json<Baseline>('POST', '/v1/baselines', { body }));
}

function readSpan(text: string): { start: string; end: string } {
  const [start, end, more] = text.split('/');
  if (!start || !end || more !== undefined) throw usageFailure(`--exclude takes START/END, not "${text}"`);
  return { start, end };
}

async function listBaselines(terminal: Terminal, api: Api, { service, endpoint }: StreamOptions): Promise<void> {
  const { baselines } = await api.json<{ baselines: Baseline[] }>('GET', '/v1/baselines', {
    query: { service, endpoint },
  });
  const { bold, green } = terminal.colors;
  const rows = baselines.map((baseline) => [
    String(baseline.id),
    baseline.active ? green('active') : '',
    bold(baseline.name),
    `${baseline.service} ${baseline.endpoint}`,
    baseline.samples.toLocaleString('en-US'),
    `${minute(baseline.window_start)} – ${minute(baseline.window_end)}`,
  ]);
  if (rows.length === 0) terminal.out('there is no baseline yet; make one with plumbline baseline build');
  else for (const line of renderTable(['id', '', 'name', 'stream', 'events', 'window'], rows)) terminal.out(line);
}

function showBaseline(terminal: Terminal, baseline: Baseline): void {
  const { bold, dim, green, yellow } = terminal.colors;
  terminal.out(
    `${bold(baseline.name)} ${dim(`(id ${baseline.id})`)} ${baseline.active ? green('active') : 'not active'}`,
  );
  terminal.out(`  stream    ${baseline.service} ${baseline.endpoint}`);
  terminal.out(`  window    ${minute(baseline.window_start)} – ${minute(baseline.window_end)} UTC`);
  terminal.out(`  events    ${baseline.samples.toLocaleString('en-US')}`);
  for (const [i, { path, kind }] of baseline.features.entries())
    terminal.out(
      `  ${i === 0 ? 'features' : '        '}  ${path} ${dim(kind === 'identifier' ? 'identifier, not tested' : kind)}`,
    );
  for (const warning of baseline.warnings) terminal.out(yellow(`  warning   ${warning}`));
}

function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

async function downloadBaseline(terminal: Terminal, key: string, options: ApiOption & { out?: string }): Promise<void> {
  const document = await apiFrom(terminal.env, options.api).json('GET', `${pathOf(key)}/download`);
  const text = JSON.stringify(document, null, 2);
  if (options.out === undefined) return terminal.out(text);
  try {
    await writeFile(options.out, `${text}\n`, { flag: 'wx' });
  } catch (error) {
    const reason = systemCode(error) === 'EEXIST' ? 'it exists already' : messageOf(error);
    throw new Failure(`${options.out} cannot be written: ${reason}`, 1, { cause: error });
  }
  terminal.out(`written to ${options.out}`);
}

async function importBaseline(
  terminal: Terminal,
  path: string,
  options: ApiOption & { activate: boolean },
): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure(`${path} cannot be read: ${systemCode(error) ?? messageOf(error)}`, 1, { cause: error });
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Failure(`${path} is not JSON`);
  }
  const api = apiFrom(terminal.env, options.api);
  const query = { activate: String(options.activate) };
  showBaseline(terminal, await api.json<Baseline>('POST', '/v1/baselines/import', { body: document, query }));
}
