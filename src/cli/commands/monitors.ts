import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type Api, apiFrom } from '../api.ts';
import { addApiCommand } from '../stream-options.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface MonitorEntry {
  readonly name: string;
  readonly service: string;
  readonly endpoint: string;
  readonly origin: string;
  readonly paused: boolean;
  readonly next_slot: string | null;
  readonly spec: { readonly window: string | number; readonly every?: string | number; readonly cron?: string };
  readonly last_run: { readonly slot: string; readonly status: string; readonly reason: string | null } | null;
}

interface RunAnswer {
  readonly report: { readonly status: string; readonly state: string; readonly samples: number } | null;
  readonly failure: string | null;
  readonly changes: readonly { group: string; from: string | null; to: string | null; reason: string }[];
}

type Options = { readonly api?: string };

const HELP = `
Monitors say what is compared, how often, and who is told. Make them with plumbline apply.

Examples:
  plumbline monitors list
  plumbline monitors export > monitors.yaml
  plumbline monitors run payments --dry-run      what it would find now
  plumbline monitors pause payments`;

export function addMonitorsCommand(program: Command, terminal: Terminal): void {
  const group = program
    .command('monitors')
    .description('list, export, run and pause monitors')
    .addHelpText('after', HELP);
  const add = (name: string, description: string) => addApiCommand(group, name, description);
  add('list', 'all monitors, with how their last slot ended').action(({ api }: Options) =>
    listMonitors(terminal, apiFrom(terminal.env, api)),
  );
  add('export', 'all monitors as a file for plumbline apply').action(({ api }: Options) =>
    exportMonitors(terminal, apiFrom(terminal.env, api)),
  );
  add('run', 'look at the window that ends now')
    .argument('<monitor>', 'its name or id')
    .option('--dry-run', 'write nothing down, tell nobody', false)
    .action((name: string, options: Options & { dryRun: boolean }) =>
      runMonitor(terminal, apiFrom(terminal.env, options.api), name, options.dryRun),
    );
  for (const action of ['pause', 'resume'] as const) {
    add(action, action === 'pause' ? 'stop watching for now' : 'watch again')
      .argument('<monitor>', 'its name or id')
      .action(async (name: string, { api }: Options) => {
        await apiFrom(terminal.env, api).json('POST', `/v1/monitors/${encodeURIComponent(name)}/${action}`);
        terminal.out(`${name} is ${action === 'pause' ? 'paused' : 'watched again'}`);
      });
  }
  add('delete', 'delete one; its open incidents end')
    .argument('<monitor>', 'its name or id')
    .action(async (name: string, { api }: Options) => {
      await apiFrom(terminal.env, api).json('DELETE', `/v1/monitors/${encodeURIComponent(name)}`);
      terminal.out(`${name} is deleted`);
    });
}

async function fetchAll(api: Api): Promise<MonitorEntry[]> {
  const all: MonitorEntry[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { limit: 1_000, cursor };
    const page = await api.json<{ monitors: MonitorEntry[]; next: string | null }>('GET', '/v1/monitors', { query });
    all.push(...page.monitors);
    if (page.next === null) return all;
    cursor = page.next;
  }
}

async function listMonitors(terminal: Terminal, api: Api): Promise<void> {
  const monitors = await fetchAll(api);
  if (monitors.length === 0)
    return terminal.out('there is no monitor; make some with plumbline apply -f monitors.yaml');
  const rows = monitors.map(({ name, service, endpoint, spec, paused, last_run: last, origin }) => [
    name,
    `${service} ${endpoint}`,
    `${spec.window} every ${spec.every ?? spec.cron}`,
    origin,
    paused ? terminal.colors.dim('paused') : statusOf(terminal, last),
  ]);
  for (const line of renderTable(['monitor', 'stream', 'window', 'from', 'last slot'], rows)) terminal.out(line);
}

function statusOf({ colors }: Terminal, last: MonitorEntry['last_run']): string {
  if (last === null) return colors.dim('none yet');
  const told = `${last.status} ${last.slot.slice(0, 16)}Z`;
  if (last.status === 'failed') return `${colors.red(told)} ${last.reason ?? ''}`;
  return last.status === 'done' ? colors.green(told) : colors.yellow(told);
}

/** Default monitors stay out: they come by themselves. */
async function exportMonitors(terminal: Terminal, api: Api): Promise<void> {
  const monitors = (await fetchAll(api)).filter(({ origin }) => origin !== 'default').map(({ spec }) => spec);
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
  if (isDryRun) terminal.out(terminal.colors.dim('dry run: nothing was written down, nobody was told'));
}
