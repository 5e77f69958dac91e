import type { Command } from 'commander';
import { apiFrom } from '../api.ts';
import { wholeNumber } from '../option-values.ts';
import { type StreamOptions, withStreamOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface EventsOptions extends StreamOptions {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

const HELP = `
Prints one event per line, as it was sent.

Examples:
  plumbline events --service shop --endpoint "GET /cart" --limit 10
  plumbline events --service shop --endpoint "GET /cart" --from 2026-01-07T10:00:00Z --to 2026-01-07T11:00:00Z`;

export function addEventsCommand(program: Command, terminal: Terminal): void {
  withStreamOptions(program.command('events').description('Print stored events of a stream as NDJSON'), true)
    .option('--from <time>', 'the first moment, ISO 8601')
    .option('--to <time>', 'the moment after the last, ISO 8601')
    .option('--limit <n>', 'at most so many events', wholeNumber(10_000), 1_000)
    .addHelpText('after', HELP)
    .action(async ({ api, service, endpoint, from, to, limit }: EventsOptions) => {
      const query = { service, endpoint, from, to, limit };
      const { events } = await apiFrom(terminal.env, api).json<{ events: readonly object[] }>('GET', '/v1/events', {
        query,
      });
      for (const event of events) terminal.out(JSON.stringify(event));
    });
}
