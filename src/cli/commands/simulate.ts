import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type Config, readConfig } from '../../config/config.ts';
import { amount, percent } from '../../core/format/amounts.ts';
import { lengthOf } from '../../core/incident/build-message.ts';
import { DrivenClock, systemClock } from '../../core/time/clock.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import { Simulation } from '../../simulation.ts';
import { migrate } from '../../store/engine/migrate.ts';
import { openDatabase } from '../../store/engine/open.ts';
import { usageFailure } from '../failure.ts';
import { readDuration, wholeNumber } from '../option-values.ts';
import { runEventFile } from '../simulate/run-event-file.ts';
import { runGeneratedTraffic } from '../simulate/run-generated-traffic.ts';
import type { SimulatedRun, SimulateOptions } from '../simulate/simulated-run.ts';
import { readMonitors } from '../simulate/start-monitoring.ts';
import { Timeline } from '../simulate/timeline.ts';
import { TRAFFIC_KINDS } from '../simulate/traffic.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
Runs the real ingest, scheduler, incidents and delivery with a simulated clock, on a database in a temporary directory. The clock jumps
from one due time to the next. Notifications are printed and not sent.

Without --replay, traffic is generated: the first day becomes the baseline, and later a quarter of the features drifts for some time.
--traffic chooses how its quiet rows depend on each other: iid (not at all), season (rate, means and shares follow the hour), sessions (a few
events of the same sender in a row), users (60 senders in bursts), correlated (a latency with slow noise), all (season, users, noise).
With --replay, events come from a file (as in plumbline replay). The first part of the file, as long as --baseline, becomes the baseline
of each stream. Each stream gets a monitor, unless --monitors is set.

Examples:
  plumbline simulate --days 7                    a week with a drift
  plumbline simulate --days 7 --no-drift         a week without drift: there should be no notifications
  plumbline simulate --days 28 --no-drift --traffic season --json | tail -1
  plumbline simulate --replay events.ndjson.gz --baseline 20m --window 2m --every 1m --labels faults.json`;

const MAX_WHOLE_NUMBER = 9_999_999;
/** Any Monday: only the length of the simulated time matters. */
const START_MS = Date.UTC(2026, 0, 5);

export function addSimulateCommand(program: Command, terminal: Terminal): void {
  const whole = wholeNumber(MAX_WHOLE_NUMBER);
  program
    .command('simulate')
    .description('Simulate a week of monitoring in a minute')
    .option('--days <n>', 'days to simulate after the day of the baseline', whole, 7)
    .addOption(
      new Option('--traffic <kind>', 'how quiet rows depend on each other and on the hour')
        .choices(TRAFFIC_KINDS)
        .default('iid'),
    )
    .option('--features <n>', 'features of the generated events', whole, 20)
    .option('--per-hour <n>', 'generated events per hour', whole, 500)
    .option('--every <duration>', 'time between two runs of a monitor', '1h')
    .option('--window <duration>', 'length of the window of a run (default: same as --every)')
    .option('--drift-after <duration>', 'time from the baseline to the start of the drift', '72h')
    .option('--drift-for <duration>', 'length of the drift', '12h')
    .option('--no-drift', 'generate no drift')
    .option('--seed <n>', 'seed of the generated traffic', whole, 1)
    .option('--monitors <path>', 'file of monitors, instead of one monitor for each stream')
    .option('--replay <path>', 'file of events, instead of generated events')
    .option('--baseline <duration>', 'with --replay: length of the baseline', '1h')
    .option('--labels <path>', 'with --replay: JSON list of known faults, each with a time, to print in the timeline')
    .option('--json', 'print every change and notification as NDJSON, and a summary as the last line')
    .addHelpText('after', HELP)
    .action((options: SimulateOptions) => simulate(terminal, options));
}

async function simulate(terminal: Terminal, options: SimulateOptions): Promise<void> {
  if (options.replay === undefined && options.labels !== undefined) throw usageFailure('--labels needs --replay');
  if (options.monitors !== undefined) await readMonitors(options.monitors);
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-simulate-'));
  const log = { info: () => {}, warn: () => {}, error: (_: object, text: string) => terminal.err(`${text}\n`) };
  const config = simulatedConfig(directory);
  const db = await openDatabase({ dataDir: config.DATA_DIR, log });
  try {
    await migrate(db, log);
    const timeline = new Timeline(terminal, options.json);
    const startedMs = systemClock.now();
    const clock = new DrivenClock(START_MS);
    const simulation = new Simulation({ db, config, clock, log, onEntry: (entry) => timeline.add(entry) });
    const run = { terminal, options, db, clock, simulation, timeline };
    await (options.replay === undefined ? runGeneratedTraffic(run) : runEventFile(run, options.replay));
    summarize(run, (systemClock.now() - startedMs) / SECOND_MS);
  } finally {
    await db.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function summarize({ terminal, options, timeline }: SimulatedRun, seconds: number): void {
  const summary = timeline.summary(readDuration('--window', options.window ?? options.every));
  if (options.json) {
    terminal.out(JSON.stringify({ kind: 'summary', ...summary }));
    return;
  }
  const { bold, dim } = terminal.colors;
  const { runs, failed, skipped, opened, reopened, resolved, notifications } = summary;
  for (const { start, delay_seconds: delay } of summary.drifts) {
    const found = delay === null ? 'was missed' : `was found after ${lengthOf(delay * SECOND_MS)}`;
    terminal.out(`the drift of ${start.slice(0, 16)} ${found}`);
  }
  if (summary.share_open !== null) {
    const perWeek = amount(summary.false_incidents_per_week ?? undefined);
    terminal.out(`false incidents: ${perWeek} a week; an incident was open ${percent(summary.share_open)} of the time`);
  }
  const incidents = `incidents: ${opened} opened, ${reopened} reopened, ${resolved} resolved`;
  const counts = `${runs} runs (${failed} failed, ${skipped} skipped); ${incidents}; ${notifications} notifications`;
  terminal.out(bold(counts) + dim(` in ${seconds.toFixed(1)} s`));
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
