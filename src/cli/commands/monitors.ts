import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { MonitorEntry, MonitorPage, MonitorPatternList, RunAnswer } from '../../api/monitors.ts';
import { escapeStream } from '../../core/monitor/stream-pattern.ts';
import { type Api, apiFrom } from '../api.ts';
import { type ApiOption, addApiCommand, DRY_RUN_OPTION } from '../options.ts';
import { renderTable } from '../output/table.ts';
import { listPages } from '../pages.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
A monitor sets what to evaluate, how often, and whom to notify. Create monitors with plumbline apply.

Examples:
  plumbline monitors list
  plumbline monitors export > monitors.yaml
  plumbline monitors run payments --dry-run      evaluate now, and save nothing
  plumbline monitors pause payments`;

export function addMonitorsCommand(program: Command, terminal: Terminal): void {
  const group = program
    .command('monitors')
    .description('List, export, run and pause monitors')
    .addHelpText('after', HELP);
  const add = (name: string, description: string) => addApiCommand(group, name, description);
  const addMonitorCommand = (name: string, description: string) =>
    add(name, description).argument('<monitor>', 'name or id of the monitor');
  add('list', 'List monitors with the result of their last run').action(({ api }: ApiOption) =>
    listMonitors(terminal, apiFrom(terminal.env, api)),
  );
  add('export', 'Export monitors as a file for plumbline apply').action(({ api }: ApiOption) =>
    exportMonitors(terminal, apiFrom(terminal.env, api)),
  );
  addMonitorCommand('run', 'Evaluate the window that ends now')
    .option(...DRY_RUN_OPTION)
    .action((name: string, { api, dryRun = false }: ApiOption & { dryRun?: boolean }) =>
      runMonitor(terminal, apiFrom(terminal.env, api), name, dryRun),
    );
  for (const action of ['pause', 'resume'] as const) {
    const description = action === 'pause' ? 'Stop the scheduled runs of a monitor' : 'Start the scheduled runs again';
    addMonitorCommand(action, description).action(async (name: string, { api }: ApiOption) => {
      await apiFrom(terminal.env, api).json('POST', `/v1/monitors/${encodeURIComponent(name)}/${action}`);
      terminal.out(`${name} is ${action}d`);
    });
  }
  addMonitorCommand('delete', 'Delete a monitor and resolve its open incidents').action(
    async (name: string, { api }: ApiOption) => {
      await apiFrom(terminal.env, api).json('DELETE', `/v1/monitors/${encodeURIComponent(name)}`);
      terminal.out(`${name} is deleted`);
    },
  );
}

async function fetchAll(api: Api): Promise<MonitorEntry[]> {
  const all: MonitorEntry[] = [];
  for await (const { monitors } of listPages<MonitorPage>(api, '/v1/monitors')) all.push(...monitors);
  return all;
}

async function listMonitors(terminal: Terminal, api: Api): Promise<void> {
  const monitors = await fetchAll(api);
  if (monitors.length === 0) return terminal.out('no monitors yet; create some with plumbline apply -f monitors.yaml');
  const rows = monitors.map(({ name, service, endpoint, spec, paused, last_run: last, origin }) => [
    name,
    `${service} ${endpoint}`,
    `${spec.window} every ${spec.every ?? spec.cron}`,
    origin,
    paused ? terminal.colors.dim('paused') : statusOf(terminal, last),
  ]);
  for (const line of renderTable(['monitor', 'stream', 'window', 'origin', 'last run'], rows)) terminal.out(line);
}

function statusOf({ colors }: Terminal, last: MonitorEntry['last_run']): string {
  if (last === null) return colors.dim('none yet');
  const text = `${last.status} ${last.slot.slice(0, 16)}Z`;
  if (last.status === 'failed') return `${colors.red(text)} ${last.reason ?? ''}`;
  return last.status === 'done' ? colors.green(text) : colors.yellow(text);
}

/** Monitors that the service makes itself are left out: default ones, and those of a document for many streams, which is in their place. */
async function exportMonitors(terminal: Terminal, api: Api): Promise<void> {
  const single = (await fetchAll(api)).filter(({ origin }) => origin === 'api' || origin === 'file');
  const { patterns } = await api.json<MonitorPatternList>('GET', '/v1/monitor-patterns');
  const monitors = [
    // A `*` in a name must not make a pattern of it.
    ...single.map(({ spec, service, endpoint }) => ({ ...spec, stream: escapeStream({ service, endpoint }) })),
    ...patterns.map(({ spec }) => spec),
  ];
  terminal.out(stringify({ monitors }, { version: '1.1' }).trimEnd());
}

async function runMonitor(terminal: Terminal, api: Api, name: string, isDryRun: boolean): Promise<void> {
  const path = `/v1/monitors/${encodeURIComponent(name)}/run`;
  const { report, failure, changes } = await api.json<RunAnswer>('POST', path, { body: { dry_run: isDryRun } });
  if (report === null) terminal.out(terminal.colors.red(`no report: ${failure}`));
  else terminal.out(`${report.status} (${report.state}), ${report.samples} events`);
  for (const { group, from, to, reason } of changes) {
    terminal.out(`incident of ${group}: ${from ?? 'none'} → ${to ?? 'none'} (${reason})`);
  }
  if (isDryRun) terminal.out(terminal.colors.dim('dry run: nothing was saved, nobody was notified'));
}
