import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import { readDuration } from '../option-values.ts';
import type { SimulatedRun, SimulateOptions } from './simulated-run.ts';
import { startMonitoring } from './start-monitoring.ts';
import { type PlantedDrift, SIMULATED_STREAM, Traffic } from './traffic.ts';

/** Generated traffic is sent in batches of this length. */
const BATCH_MS = 10 * MINUTE_MS;

export async function runGeneratedTraffic(run: SimulatedRun): Promise<void> {
  const { options, clock, simulation, timeline } = run;
  const { days, seed, features, perHour, traffic: kind } = options;
  const baselineEndMs = clock.ms + DAY_MS;
  const drift = options.drift ? plantedDrift(options, baselineEndMs) : undefined;
  if (drift !== undefined) timeline.expectDrift(drift);
  const traffic = new Traffic({ kind, seed, features, perHour, drifts: drift === undefined ? [] : [drift] });
  for (let atMs = clock.ms; atMs < baselineEndMs + days * DAY_MS; atMs += BATCH_MS) {
    if (atMs === drift?.startMs) timeline.note(atMs, 'drift starts in a quarter of the features');
    if (atMs === drift?.endMs) timeline.note(atMs, 'drift ends');
    await simulation.runUntil(atMs + BATCH_MS + SECOND_MS);
    const events = traffic.next({ startMs: atMs, endMs: atMs + BATCH_MS });
    await simulation.send(events.map((event) => JSON.stringify(event)));
    if (atMs + BATCH_MS === baselineEndMs)
      await startMonitoring(run, SIMULATED_STREAM, { startMs: baselineEndMs - DAY_MS, endMs: baselineEndMs });
  }
  await simulation.runUntil(clock.ms + MINUTE_MS);
}

/** A quarter of the features: numbers move by a standard deviation, and 30 points of a category go to another. */
function plantedDrift(options: SimulateOptions, baselineEndMs: number): PlantedDrift {
  const startMs = baselineEndMs + readDuration('--drift-after', options.driftAfter);
  const features = Array.from({ length: Math.ceil(options.features / 4) }, (_, i) => 4 * i);
  return {
    startMs,
    endMs: startMs + readDuration('--drift-for', options.driftFor),
    features,
    deviations: 1,
    points: 0.3,
  };
}
