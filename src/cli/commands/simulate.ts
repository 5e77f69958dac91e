import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Config, readConfig } from '../../config/config.ts';
import type { MonitorDocument } from '../../core/monitor/monitor-spec.ts';
import { DrivenClock, systemClock } from '../../core/time/clock.ts';
import { DAY_MS, DURATION_HINT, type Interval, MINUTE_MS, parseDuration, SECOND_MS } from '../../core/time/window.ts';
import { buildBaseline } from '../../services/baselines/build-baseline.ts';
import { applyMonitors } from '../../services/monitors/apply-monitors.ts';
import { checkMonitors } from '../../services/monitors/check-monitors.ts';
import type { MonitorContext } from '../../services/monitors/context.ts';
import { readMonitorsFile } from '../../services/monitors/read-monitors-file.ts';
import { Simulation } from '../../simulation.ts';
import type { Database } from '../../store/database.ts';
import { migrate } from '../../store/engine/migrate.ts';
import { openDatabase } from '../../store/engine/open.ts';
import { listStreams } from '../../store/streams.ts';
import { Failure, usageFailure } from '../failure.ts';
import { fileTraffic } from '../simulate/file-traffic.ts';
import { readLabels } from '../simulate/labels.ts';
import { Timeline } from '../simulate/timeline.ts';
import { SIMULATED_STREAM, trafficOf } from '../simulate/traffic.ts';
import type { Terminal } from '../terminal.ts';

interface SimulateOptions {
  readonly days: string;
  readonly features: string;
  readonly perHour: string;
  readonly every: string;
  readonly window?: string;
  readonly driftAfter: string;
  readonly driftFor: string;
  readonly drift: boolean;
  readonly seed: string;
  readonly monitors?: string;
  readonly replay?: string;
  readonly baseline: string;
  readonly labels?: string;
}

const HELP = `
Runs the real ingest, scheduler, incidents and delivery on a clock that jumps from one thing that is due to the next, over a database in a
temporary directory. Nobody is told: messages are printed.

Generated traffic: the first day becomes the baseline; later a quarter of the features drifts for a while.
--replay takes a file of events instead (as plumbline replay does); the time given with --baseline, from its first event on, becomes the
baseline of every stream, and each stream gets a monitor unless --monitors names a file.

Examples:
  plumbline simulate --days 7                    a week with a planted drift
  plumbline simulate --days 7 --no-drift         a quiet week: nobody should be woken
  plumbline simulate --replay events.ndjson.gz --baseline 20m --window 2m --every 1m --labels faults.json`;

export function addSimulateCommand(program: Command, terminal: Terminal): void {
  program
    .command('simulate')
    .description('see a week of watching in a minute')
    .option('--days <n>', 'how long, after the day of the baseline', '7')
    .option('--features <n>', 'of the generated events', '20')
    .option('--per-hour <n>', 'generated events an hour', '500')
    .option('--every <length>', 'how often a window is looked at', '1h')
    .option('--window <length>', 'how long a window is (default: as --every)')
    .option('--drift-after <length>', 'when the drift begins, after the baseline', '72h')
    .option('--drift-for <length>', 'how long it lasts', '12h')
    .option('--no-drift', 'plant none')
    .option('--seed <n>', 'the same seed gives the same traffic', '1')
    .option('--monitors <path>', 'a file of monitors, instead of one for each stream')
    .option('--replay <path>', 'a file of events, instead of generated ones')
    .option('--baseline <length>', 'with --replay: how much of it is the baseline', '1h')
    .option('--labels <path>', 'with --replay: known faults, as JSON with a time and a service each, printed between')
    .addHelpText('after', HELP)
    .action((options: SimulateOptions) => simulate(terminal, options));
}

async function simulate(terminal: Terminal, options: SimulateOptions): Promise<void> {
  if (options.replay === undefined && options.labels !== undefined) throw usageFailure('--labels goes with --replay');
  if (options.monitors !== undefined) await readMonitors(options.monitors);
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-simulate-'));
  const log = { info: () => {}, warn: () => {}, error: (_: object, text: string) => terminal.err(`${text}\n`) };
  const config = simulatedConfig(directory);
  const db = await openDatabase({ dataDir: config.DATA_DIR, log });
  try {
    await migrate(db, log);
    const timeline = new Timeline(terminal);
    const startedMs = systemClock.now();
    const clock = new DrivenClock(startOfDay());
    const simulation = new Simulation({ db, config, clock, log, onEntry: (entry) => timeline.add(entry) });
    const run = { terminal, options, db, clock, simulation, timeline };
    await (options.replay === undefined ? runGenerated(run) : runFile(run, options.replay));
    summarize(terminal, timeline, (systemClock.now() - startedMs) / SECOND_MS);
  } finally {
    await db.close();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Run {
  readonly terminal: Terminal;
  readonly options: SimulateOptions;
  readonly db: Database;
  readonly clock: DrivenClock;
  readonly simulation: Simulation;
  readonly timeline: Timeline;
}

/** Generated traffic comes in batches of this length. */
const BATCH_MS = 10 * MINUTE_MS;

async function runGenerated(run: Run): Promise<void> {
  const { options, clock, simulation, timeline } = run;
  const days = wholeOption('--days', options.days);
  const baselineEndMs = clock.ms + DAY_MS;
  const drift = options.drift ? plantedDrift(options, baselineEndMs) : undefined;
  const rules = {
    ...{ seed: wholeOption('--seed', options.seed), features: wholeOption('--features', options.features) },
    ...{ perHour: wholeOption('--per-hour', options.perHour), drift },
  };
  for (let atMs = clock.ms; atMs < baselineEndMs + days * DAY_MS; atMs += BATCH_MS) {
    if (drift !== undefined && atMs === drift.startMs)
      timeline.note(atMs, 'a drift is planted in a quarter of the features');
    if (drift !== undefined && atMs === drift.endMs) timeline.note(atMs, 'the planted drift ends');
    await simulation.runUntil(atMs + BATCH_MS + SECOND_MS);
    await simulation.send(trafficOf(rules, { startMs: atMs, endMs: atMs + BATCH_MS }));
    if (atMs + BATCH_MS === baselineEndMs)
      await watchFromHere(run, SIMULATED_STREAM, { startMs: baselineEndMs - DAY_MS, endMs: baselineEndMs });
  }
  await simulation.runUntil(clock.ms + MINUTE_MS);
}

function plantedDrift(options: SimulateOptions, baselineEndMs: number): Interval {
  const startMs = baselineEndMs + lengthOption('--drift-after', options.driftAfter);
  return { startMs, endMs: startMs + lengthOption('--drift-for', options.driftFor) };
}

async function runFile(run: Run, path: string): Promise<void> {
  const { options, clock, simulation, timeline, db } = run;
  const labels = options.labels === undefined ? [] : await readLabels(options.labels);
  const baselineMs = lengthOption('--baseline', options.baseline);
  let endMs: number | undefined;
  for await (const { atMs, events } of fileTraffic(path, undefined)) {
    if (endMs === undefined) {
      endMs = atMs - MINUTE_MS + baselineMs;
      clock.ms = atMs - MINUTE_MS;
    } else if (atMs > endMs && Number.isFinite(endMs)) {
      for (const stream of (await listStreams(db, { limit: 1_000 })).streams) {
        await watchFromHere(run, stream, { startMs: endMs - baselineMs, endMs });
      }
      endMs = Number.POSITIVE_INFINITY;
    }
    while (labels[0] !== undefined && labels[0].atMs < atMs) {
      const label = labels.shift();
      if (label !== undefined) timeline.note(label.atMs, label.text);
    }
    await simulation.runUntil(atMs + SECOND_MS);
    for (let i = 0; i < events.length; i += 10_000) await simulation.send(events.slice(i, i + 10_000));
  }
  if (endMs === undefined) throw new Failure(`${path} holds no event with a time`);
  await simulation.runUntil(clock.ms + MINUTE_MS);
}

/** What came so far becomes the baseline, and the monitors begin. */
async function watchFromHere(
  { options, simulation, terminal }: Run,
  stream: { service: string; endpoint: string },
  interval: Interval,
): Promise<void> {
  const { service, endpoint } = stream;
  const { context } = simulation.monitoring;
  try {
    await buildBaseline(context, { service, endpoint, interval });
  } catch (error) {
    terminal.err(`${service} ${endpoint} is not watched: ${error instanceof Error ? error.message : error}\n`);
    return;
  }
  if (options.monitors === undefined)
    await applyMonitors(context, { monitors: [monitorOf(options, stream)], prune: false, dryRun: false });
  else await applyMonitorsFile(context, options.monitors);
}

async function applyMonitorsFile(context: MonitorContext, path: string): Promise<void> {
  await applyMonitors(context, { monitors: await readMonitors(path), prune: false, dryRun: false });
}

async function readMonitors(path: string): Promise<readonly unknown[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageFailure(`--monitors ${path} cannot be read (${error.code})`);
  });
  const file = readMonitorsFile(text);
  const [error] = [...file.errors, ...checkMonitors(file.documents, undefined).map(file.atLine)];
  if (error === undefined) return file.documents;
  throw usageFailure(`${path}:${error.line} ${error.message}; plumbline apply shows all of them`);
}

function monitorOf(
  { every, window = every }: SimulateOptions,
  { service, endpoint }: { service: string; endpoint: string },
): MonitorDocument {
  for (const [name, text] of [
    ['--every', every],
    ['--window', window],
  ] as const) {
    if (lengthOption(name, text) < MINUTE_MS)
      throw usageFailure(`${name} "${text}" is too short; use a minute at least`);
  }
  return { name: `${service} ${endpoint}`.slice(0, 200), stream: { service, endpoint }, window, every };
}

function summarize(terminal: Terminal, { counts }: Timeline, seconds: number): void {
  const { bold, dim } = terminal.colors;
  const { slots, failed, skipped, opened, reopened, resolved, messages } = counts;
  terminal.out(
    bold(
      `${slots} slots run (${failed} failed, ${skipped} skipped), ${opened} incidents opened, ${reopened} reopened, ${resolved} resolved, ${messages} messages`,
    ) + dim(` in ${seconds.toFixed(1)} s`),
  );
}

function simulatedConfig(directory: string): Config {
  return readConfig({
    DATA_DIR: join(directory, 'data'),
    BASELINES_DIR: join(directory, 'baselines'),
    ARTIFACTS_DIR: join(directory, 'artifacts'),
    DEFAULT_MONITOR: 'off',
    LOG_LEVEL: 'silent',
    EVENT_RETENTION_DAYS: '3650',
  });
}

/** Any Monday would do: only the length of the time matters. */
function startOfDay(): number {
  return Date.UTC(2026, 0, 5);
}

function lengthOption(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw usageFailure(`${name} "${text}" is no length of time; ${DURATION_HINT}`);
  return ms;
}

function wholeOption(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageFailure(`${name} "${text}" is no whole number from 1 on`);
}
