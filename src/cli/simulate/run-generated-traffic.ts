import { DAY_MS, type Interval, MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import { readDuration } from '../option-values.ts';
import type { SimulatedRun, SimulateOptions } from './simulated-run.ts';
import { startMonitoring } from './start-monitoring.ts';
import { SIMULATED_STREAM, trafficOf } from './traffic.ts';

/** Generated traffic is sent in batches of this length. */
const BATCH_MS = 10 * MINUTE_MS;

export async function runGeneratedTraffic(run: SimulatedRun): Promise<void> {
  const { options, clock, simulation, timeline } = run;
  const { days, seed, features, perHour } = options;
  const baselineEndMs = clock.ms + DAY_MS;
  const drift = options.drift ? driftInterval(options, baselineEndMs) : undefined;
  const rules = { seed, features, perHour, drift };
  for (let atMs = clock.ms; atMs < baselineEndMs + days * DAY_MS; atMs += BATCH_MS) {
    if (atMs === drift?.startMs) timeline.note(atMs, 'drift starts in a quarter of the features');
    if (atMs === drift?.endMs) timeline.note(atMs, 'drift ends');
    await simulation.runUntil(atMs + BATCH_MS + SECOND_MS);
    await simulation.send(trafficOf(rules, { startMs: atMs, endMs: atMs + BATCH_MS }));
    if (atMs + BATCH_MS === baselineEndMs)
      await startMonitoring(run, SIMULATED_STREAM, { startMs: baselineEndMs - DAY_MS, endMs: baselineEndMs });
  }
  await simulation.runUntil(clock.ms + MINUTE_MS);
}

function driftInterval(options: SimulateOptions, baselineEndMs: number): Interval {
  const startMs = baselineEndMs + readDuration('--drift-after', options.driftAfter);
  return { startMs, endMs: startMs + readDuration('--drift-for', options.driftFor) };
}
