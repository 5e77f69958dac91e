import type { MonitorDocument } from '../../core/monitor/monitor-spec.ts';
import type { StreamName } from '../../core/stream-name.ts';
import { type Interval, MINUTE_MS } from '../../core/time/window.ts';
import { buildBaseline } from '../../services/baselines/build-baseline.ts';
import { applyMonitors } from '../../services/monitors/apply-monitors.ts';
import { checkMonitors } from '../../services/monitors/check-monitors.ts';
import { readMonitorsFile } from '../../services/monitors/read-monitors-file.ts';
import { messageOf, usageFailure } from '../failure.ts';
import { readTextFile } from '../files.ts';
import { readDuration } from '../option-values.ts';
import type { SimulatedRun, SimulateOptions } from './simulated-run.ts';

/** Builds a baseline of the stream from its events in the interval, and creates its monitors. */
export async function startMonitoring(
  { options, simulation, terminal }: SimulatedRun,
  { service, endpoint }: StreamName,
  interval: Interval,
): Promise<void> {
  const { context } = simulation.monitoring;
  try {
    await buildBaseline(context, { service, endpoint, interval });
  } catch (error) {
    terminal.err(`${service} ${endpoint} is not monitored: ${messageOf(error)}\n`);
    return;
  }
  const monitors =
    options.monitors === undefined ? [monitorOf(options, { service, endpoint })] : await readMonitors(options.monitors);
  await applyMonitors(context, { monitors, prune: false, dryRun: false });
}

/** Reads a file of monitors. Fails with its first error. */
export async function readMonitors(path: string): Promise<readonly unknown[]> {
  const file = readMonitorsFile(await readTextFile(path));
  const [error] = [...file.errors, ...checkMonitors(file.documents, undefined).map(file.atLine)];
  if (error === undefined) return file.documents;
  throw usageFailure(`${path}:${error.line} ${error.message}; plumbline apply shows all errors`);
}

function monitorOf({ every, window = every }: SimulateOptions, stream: StreamName): MonitorDocument {
  assertMinute('--every', every);
  assertMinute('--window', window);
  return { name: `${stream.service} ${stream.endpoint}`.slice(0, 200), stream, window, every };
}

function assertMinute(option: string, text: string): void {
  if (readDuration(option, text) < MINUTE_MS) throw usageFailure(`${option} "${text}" is too short; use at least 1m`);
}
