import type { Command } from 'commander';
import type { RebuildAnswer } from '../../api/streams.ts';
import { count } from '../../core/format/amounts.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { systemClock } from '../../core/time/clock.ts';
import { apiFrom } from '../api.ts';
import { usageFailure } from '../failure.ts';
import { type StreamOptions, withStreamOptions } from '../options.ts';
import { listStreams } from '../pages.ts';
import type { Terminal } from '../terminal.ts';

interface RebuildOptions extends StreamOptions {
  readonly from?: string;
  readonly to?: string;
}

const HELP = `
Profiles are summaries of events. This command rebuilds them for the hours whose events are still stored. Run it after you change
FEATURES_ALLOW, FEATURES_DENY or FEATURES_CATEGORICAL. Without --service and --endpoint it rebuilds every stream.

Examples:
  plumbline rebuild
  plumbline rebuild --service shop --endpoint "GET /cart" --from 2026-01-05T00:00:00Z --to 2026-01-06T00:00:00Z`;

export function addRebuildCommand(program: Command, terminal: Terminal): void {
  withStreamOptions(program.command('rebuild').description('Rebuild profiles from stored events'))
    .option('--from <time>', 'start, ISO 8601 (default: the oldest event)')
    .option('--to <time>', 'end, ISO 8601 (default: now)')
    .addHelpText('after', HELP)
    .action((options: RebuildOptions) => rebuild(terminal, options));
}

async function rebuild(terminal: Terminal, options: RebuildOptions): Promise<void> {
  const { service, endpoint } = options;
  if ((service === undefined) !== (endpoint === undefined))
    throw usageFailure('use --service and --endpoint together, or neither');
  const api = apiFrom(terminal.env, options.api);
  const from = options.from ?? isoTime(0);
  const to = options.to ?? isoTime(systemClock.now());
  const named = service !== undefined && endpoint !== undefined ? [{ service, endpoint }] : undefined;
  for await (const stream of named ?? listStreams(api)) {
    const body = { service: stream.service, endpoint: stream.endpoint, from, to };
    const { minutes, events } = await api.json<RebuildAnswer>('POST', '/v1/rebuild', {
      body,
      timeoutMs: 3_600_000,
    });
    const counts = `${count(minutes)} minutes from ${count(events)} events`;
    terminal.out(`${stream.service} ${stream.endpoint}: ${counts}`);
  }
}
