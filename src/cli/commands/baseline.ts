import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { BaselineDetails, BaselineEntry, BaselinePage, BuiltBaseline } from '../../api/baselines.ts';
import { count } from '../../core/format/amounts.ts';
import { API_OPTION, type Api, apiFrom } from '../api.ts';
import { usageFailure } from '../failure.ts';
import { readTextFile, writeFailure } from '../files.ts';
import { type ApiOption, addApiCommand, type StreamOptions, withStreamOptions } from '../options.ts';
import { showBaseline } from '../output/baseline.ts';
import { formatMinute } from '../output/format-minute.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';
import { addBuildCommand } from './baseline-build.ts';

const HELP = `
Examples:
  plumbline baseline build --service payments_api --endpoint "POST /v2/payments" --window 120m
  plumbline baseline build --service shop --endpoint "GET /cart" --start 2026-01-05T00:00:00Z --end 2026-01-12T00:00:00Z \\
    --exclude 2026-01-07T10:00:00Z/2026-01-07T11:30:00Z
  plumbline baseline build --all --match "web *" --window 7d
  plumbline baseline import baseline_payments_api.json
  plumbline baseline download payments-week-2 --out payments-week-2.json`;

export function addBaselineCommand(program: Command, terminal: Terminal): void {
  const group = program
    .command('baseline')
    .description('Build, list and activate baselines')
    .addHelpText('after', HELP);
  addBuildCommand(group, terminal);
  addTransfer(group, terminal);
  const apiOf = (options: ApiOption) => apiFrom(terminal.env, options.api);
  withStreamOptions(group.command('list').description('List baselines, newest first')).action(
    (options: StreamOptions) => listBaselines(terminal, apiOf(options), options),
  );
  onBaseline(group, 'show', 'Show a baseline').action(async (key: string, options: ApiOption) =>
    showBaseline(terminal, await apiOf(options).json<BaselineDetails>('GET', pathOf(key))),
  );
  onBaseline(group, 'activate', 'Make it the active baseline of its stream').action(
    async (key: string, options: ApiOption) => {
      const baseline = await apiOf(options).json<BaselineEntry>('POST', `${pathOf(key)}/activate`);
      terminal.out(`${baseline.name} is now the active baseline of ${baseline.service} ${baseline.endpoint}`);
    },
  );
  onBaseline(group, 'delete', 'Delete a baseline; its reports stay').action(async (key: string, options: ApiOption) => {
    await apiOf(options).json('DELETE', pathOf(key));
    terminal.out(`${key} is deleted`);
  });
}

function addTransfer(group: Command, terminal: Terminal): void {
  onBaseline(group, 'download', 'Download a baseline as a file')
    .option('--out <file>', 'file to write (default: standard output)')
    .action((key: string, options: ApiOption & { out?: string }) => downloadBaseline(terminal, key, options));
  group
    .command('import')
    .description('Load a baseline from a file of Plumbline or of Intent Drift Monitor & Guard')
    .argument('<file>', 'baseline file, JSON')
    .option('--no-activate', 'do not make it the active baseline')
    .option(...API_OPTION)
    .action((path: string, options: ApiOption & { activate: boolean }) => importBaseline(terminal, path, options));
}

function onBaseline(group: Command, name: string, description: string): Command {
  return addApiCommand(group, name, description).argument('<baseline>', 'name or id of the baseline');
}

function pathOf(key: string): string {
  return `/v1/baselines/${encodeURIComponent(key)}`;
}

async function listBaselines(terminal: Terminal, api: Api, { service, endpoint }: StreamOptions): Promise<void> {
  const { baselines } = await api.json<BaselinePage>('GET', '/v1/baselines', {
    query: { service, endpoint },
  });
  const { bold, green } = terminal.colors;
  const rows = baselines.map((baseline) => [
    String(baseline.id),
    baseline.active ? green('active') : '',
    bold(baseline.name),
    `${baseline.service} ${baseline.endpoint}`,
    count(baseline.samples),
    `${formatMinute(baseline.window_start)} – ${formatMinute(baseline.window_end)}`,
  ]);
  if (rows.length === 0) terminal.out('no baselines yet; build one with plumbline baseline build');
  else for (const line of renderTable(['id', '', 'name', 'stream', 'events', 'window'], rows)) terminal.out(line);
}

async function downloadBaseline(terminal: Terminal, key: string, options: ApiOption & { out?: string }): Promise<void> {
  const document = await apiFrom(terminal.env, options.api).json('GET', `${pathOf(key)}/download`);
  const text = JSON.stringify(document, null, 2);
  if (options.out === undefined) return terminal.out(text);
  try {
    await writeFile(options.out, `${text}\n`, { flag: 'wx' });
  } catch (error) {
    throw writeFailure(options.out, error);
  }
  terminal.out(`wrote ${options.out}`);
}

async function importBaseline(
  terminal: Terminal,
  path: string,
  options: ApiOption & { activate: boolean },
): Promise<void> {
  const text = await readTextFile(path);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw usageFailure(`${path} is not JSON`);
  }
  const api = apiFrom(terminal.env, options.api);
  const query = { activate: String(options.activate) };
  showBaseline(terminal, await api.json<BuiltBaseline>('POST', '/v1/baselines/import', { body: document, query }));
}
