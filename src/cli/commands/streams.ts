import type { Command } from 'commander';
import type { StreamEntry } from '../../api/streams.ts';
import { type Api, apiFrom } from '../api.ts';
import { type ApiOption, addApiCommand, JSON_OPTION } from '../options.ts';
import { renderTable } from '../output/table.ts';
import { listStreams } from '../pages.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
Examples:
  plumbline streams
  plumbline streams --json`;

export function addStreamsCommand(program: Command, terminal: Terminal): void {
  addApiCommand(program, 'streams', 'List streams: what is watched, its newest event, its active baseline')
    .option(...JSON_OPTION)
    .addHelpText('after', HELP)
    .action(({ api, json }: ApiOption & { readonly json?: boolean }) =>
      list(terminal, apiFrom(terminal.env, api), json),
    );
}

async function list(terminal: Terminal, api: Api, isJson = false): Promise<void> {
  const streams: StreamEntry[] = [];
  for await (const stream of listStreams(api)) streams.push(stream);
  if (isJson) return terminal.out(JSON.stringify(streams, null, 2));
  if (streams.length === 0) return terminal.out('no streams yet; send events to POST /v1/ingest');
  const rows = streams.map(({ service, endpoint, last_event, features, active_baseline }) => [
    service,
    endpoint,
    last_event ?? '',
    String(features),
    active_baseline?.name ?? '',
  ]);
  const head = ['service', 'endpoint', 'newest event', 'features', 'active baseline'];
  for (const line of renderTable(head, rows)) terminal.out(line);
}
