import type { Command } from 'commander';
import type { IncidentDetails, IncidentPage } from '../../api/incidents.ts';
import { INCIDENT_STATES } from '../../core/incident/incident.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import { type Api, apiFrom } from '../api.ts';
import { readDuration } from '../option-values.ts';
import { type ApiOption, addApiCommand } from '../options.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

interface ActOptions extends ApiOption {
  readonly by?: string;
  readonly note?: string;
  readonly for?: string;
  readonly to?: string;
}

const HELP = `
Examples:
  plumbline incidents list                       open incidents
  plumbline incidents list --state resolved
  plumbline incidents show 12
  plumbline incidents ack 12 --by anna --note "rolled back"
  plumbline incidents silence 12 --for 2h --by anna`;

export function addIncidentsCommand(program: Command, terminal: Terminal): void {
  const group = program.command('incidents').description('List incidents and act on them').addHelpText('after', HELP);
  const add = (name: string, description: string) => addApiCommand(group, name, description);
  add('list', 'List incidents, newest first')
    .option('--state <states>', `states separated by commas: open, ${INCIDENT_STATES.join(', ')}`, 'open')
    .action(({ api, state }: ApiOption & { state: string }) => list(terminal, apiFrom(terminal.env, api), state));
  add('show', 'Show an incident with its audit log and notifications')
    .argument('<id>', 'id of the incident')
    .action((id: string, { api }: ApiOption) => show(terminal, apiFrom(terminal.env, api), id));
  for (const [name, action, description] of [
    ['ack', 'acknowledge', 'Acknowledge an incident: send no more reminders'],
    ['silence', 'silence', 'Send no notifications for a time'],
    ['assign', 'assign', 'Assign an incident to a person or team'],
    ['note', 'annotate', 'Add a note'],
    ['resolve', 'resolve', 'Resolve an incident'],
    ['reopen', 'reopen', 'Reopen a resolved incident'],
  ] as const) {
    const command = add(name, description)
      .argument('<id>', 'id of the incident')
      .option('--by <name>', 'your name, for the audit log')
      .option('--note <text>', 'a note for the audit log');
    if (action === 'silence') command.requiredOption('--for <duration>', 'how long: 30m, 2h, 1d');
    if (action === 'assign') command.requiredOption('--to <name>', 'name of the person or team');
    command.action((id: string, options: ActOptions) => act(terminal, id, action, options));
  }
}

async function list(terminal: Terminal, api: Api, state: string): Promise<void> {
  const query = { state, limit: 100 };
  const { incidents } = await api.json<IncidentPage>('GET', '/v1/incidents', { query });
  if (incidents.length === 0) return terminal.out(state === 'open' ? 'no open incidents' : 'no incidents');
  const rows = incidents.map((row) => [
    String(row.id),
    row.state,
    paint(terminal, row.severity),
    `${row.service} ${row.endpoint}`,
    `${row.started_at.slice(0, 16)}Z`,
    row.findings[0]?.check ?? '',
    row.acknowledged_by ?? '',
  ]);
  const head = ['id', 'state', 'severity', 'stream', 'since', 'worst', 'acknowledged by'];
  for (const line of renderTable(head, rows)) terminal.out(line);
}

function paint({ colors }: Terminal, severity: string): string {
  if (severity === 'critical') return colors.red(severity);
  return severity === 'warning' ? colors.yellow(severity) : severity;
}

async function show(terminal: Terminal, api: Api, id: string): Promise<void> {
  const row = await api.json<IncidentDetails>('GET', `/v1/incidents/${encodeURIComponent(id)}`);
  const { bold, dim } = terminal.colors;
  const end = row.resolved_at === null ? '' : `, resolved ${row.resolved_at}`;
  terminal.out(
    `${bold(`Incident ${row.id}`)} ${row.state}, ${paint(terminal, row.severity)}: ${row.service} ${row.endpoint}`,
  );
  terminal.out(dim(`monitor ${row.monitor}, since ${row.started_at}${end}, ${row.reports} reports`));
  for (const { check, text } of row.findings) terminal.out(`  ${check}: ${text}`);
  for (const { at, who, what, details } of row.trail) {
    terminal.out(`${dim(at)} ${what} ${dim(`by ${who}`)}${details.note === undefined ? '' : ` "${details.note}"`}`);
  }
  for (const { channel, reason, status, last_error: error } of row.notifications) {
    terminal.out(`  ${reason} to ${channel}: ${status}${error === null ? '' : ` (${error})`}`);
  }
}

async function act(terminal: Terminal, id: string, action: string, options: ActOptions): Promise<void> {
  const { api, by, note, to } = options;
  const ms = options.for === undefined ? undefined : readDuration('--for', options.for);
  const body = { by, note, to, ...(ms !== undefined && { for: ms / SECOND_MS }) };
  const path = `/v1/incidents/${encodeURIComponent(id)}/${action}`;
  const row = await apiFrom(terminal.env, api).json<IncidentDetails>('POST', path, { body });
  terminal.out(`incident ${row.id} is ${row.state}; recorded: ${action}`);
}
