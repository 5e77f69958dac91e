import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { systemClock } from '../../core/time/clock.ts';
import { API_OPTION, type Api, apiFrom } from '../api.ts';
import { Failure, usageFailure } from '../failure.ts';
import { collect, positiveNumber, wholeNumber } from '../option-values.ts';
import { planReplay } from '../replay/plan.ts';
import { FORMATS, type Format } from '../replay/read/format.ts';
import { type ReplayResult, type ReplayRun, runReplay } from '../replay/run-replay.ts';
import { saveFirstState, startState } from '../replay/start-state.ts';
import { removeState } from '../replay/state.ts';
import { statePaths } from '../replay/state-paths.ts';
import { summarizeReplay } from '../replay/summary.ts';
import type { Terminal } from '../terminal.ts';

interface ReplayOptions {
  readonly service?: string;
  readonly endpoint?: string;
  readonly map?: readonly string[];
  readonly format?: Format;
  readonly utc?: boolean;
  readonly shiftTo?: string;
  readonly speed?: number;
  readonly batch: number;
  readonly connections: number;
  readonly resume?: boolean;
  readonly state?: string;
  readonly api?: string;
}

const HELP = `
Formats: NDJSON (one event per line), CSV with a header, and access logs of web servers in common or combined format, all plain or
gzipped. Without --format, the first line decides.

  --map assigns columns to fields of the event: ts=time,response.status=code. Constants are in quotes, and prefix.*=* takes all
  other columns. Without --map, the name of a column is the path of the field.

  Events of an access log have: endpoint (the method and the first two segments of the path, with identifiers as :id and files as
  *.png; after 300 endpoints "(other)"), request.method, path, referrer and agent, response.status and bytes. Client addresses,
  user names and query strings are left out.

  Each batch has an Idempotency-Key made of the file and its lines, so sending a file twice within 24 h stores it once.
  Ctrl-C stops after the current batches; --resume continues from there. A service that is away is waited for, for a minute.

Examples:
  plumbline replay events.ndjson.gz --shift-to now
  plumbline replay access.log.gz --format combined --service shop --shift-to now
  plumbline replay rides.csv --map 'ts=started_at,service="rides",endpoint=city,request.body.*=*' --utc
  plumbline replay events.ndjson --speed 60        one minute of the file in one second`;

export function addReplayCommand(program: Command, terminal: Terminal): void {
  program
    .command('replay')
    .description('Send a file of events to the service')
    .argument('<file>', 'NDJSON, CSV or access log, plain or gzipped')
    .option('--service <name>', 'service of events that have none')
    .option('--endpoint <name>', 'endpoint of events that have none')
    .option('--map <field=column,...>', 'columns of fields; can be repeated', collect)
    .addOption(new Option('--format <format>', 'format of the file (default: detected)').choices(FORMATS))
    .option('--utc', 'read times without a time zone as UTC')
    .option('--shift-to <time>', 'shift all times so that the last event is at this time: now, or ISO 8601')
    .option('--speed <n>', 'speed of the replay; 1 is real time (default: as fast as possible)', positiveNumber)
    .option('--batch <n>', 'events per request', wholeNumber(10_000), 1_000)
    .option('--connections <n>', 'parallel requests', wholeNumber(64), 4)
    .option('--resume', 'continue where an earlier replay of this file stopped')
    .option(
      '--state <path>',
      'file for the progress (default: <file>.replay.json, or in the state directory of the user)',
    )
    .option(...API_OPTION)
    .addHelpText('after', HELP)
    .action((path: string, options: ReplayOptions) => replay(terminal, path, options));
}

async function replay(terminal: Terminal, path: string, options: ReplayOptions): Promise<void> {
  const plan = await planReplay({
    path,
    service: options.service,
    endpoint: options.endpoint,
    map: options.map ?? [],
    assumeUtc: options.utc ?? false,
    format: options.format,
    batchEvents: options.batch,
    speed: options.speed,
  });
  const api = apiFrom(terminal.env, options.api);
  await api.call('GET', '/livez', { timeoutMs: 10_000 });
  const start = {
    terminal,
    plan,
    api,
    clock: systemClock,
    paths: options.state === undefined ? statePaths(path, terminal.env) : [options.state],
    isResume: options.resume ?? false,
    shiftTo: options.shiftTo,
  };
  const state = await startState(start);
  const statePath = await saveFirstState(start, state, options.state !== undefined);
  const run = { plan, connections: options.connections, state, statePath };
  await finish(terminal, run, await runUntilStopped(terminal, api, run));
}

async function runUntilStopped(terminal: Terminal, api: Api, run: ReplayRun): Promise<ReplayResult> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await runReplay({ api, clock: systemClock, terminal, sleep: sleepUntilAbort, stop: stopping.signal }, run);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function sleepUntilAbort(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal }).catch(() => undefined);
}

async function finish(
  terminal: Terminal,
  { state, statePath }: ReplayRun,
  { tally, elapsedMs, lastLine, isComplete }: ReplayResult,
): Promise<void> {
  for (const line of summarizeReplay(tally, elapsedMs, terminal.colors)) terminal.out(line);
  if (!isComplete)
    throw new Failure(`stopped after line ${lastLine}${statePath ? '; continue with --resume' : ''}`, 'interrupted');
  if (statePath !== undefined) await removeState(statePath);
  if (tally.sent === 0 && state.lastLine > 0) terminal.err('nothing was left to send\n');
  else if (tally.sent === 0) throw usageFailure('the file has no events');
  else if (tally.accepted + tally.duplicates === 0) throw usageFailure('no event was accepted');
}
