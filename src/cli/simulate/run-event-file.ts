import { MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import { listStreams } from '../../store/streams.ts';
import { usageFailure } from '../failure.ts';
import { readDuration } from '../option-values.ts';
import { fileTraffic } from './file-traffic.ts';
import { readLabels } from './labels.ts';
import type { SimulatedRun } from './simulated-run.ts';
import { startMonitoring } from './start-monitoring.ts';

const MAX_BATCH_EVENTS = 10_000;

export async function runEventFile(run: SimulatedRun, path: string): Promise<void> {
  const { options, clock, simulation, timeline } = run;
  const labels = options.labels === undefined ? [] : await readLabels(options.labels);
  const baselineMs = readDuration('--baseline', options.baseline);
  let baselineEndMs: number | undefined;
  let isMonitored = false;
  for await (const { atMs, events } of fileTraffic(path)) {
    if (baselineEndMs === undefined) {
      clock.ms = atMs - MINUTE_MS;
      baselineEndMs = clock.ms + baselineMs;
    } else if (atMs > baselineEndMs && !isMonitored) {
      await monitorAllStreams(run, baselineEndMs - baselineMs, baselineEndMs);
      isMonitored = true;
    }
    for (const label of takeWhile(labels, (next) => next.atMs < atMs)) timeline.note(label.atMs, label.text);
    await simulation.runUntil(atMs + SECOND_MS);
    for (let i = 0; i < events.length; i += MAX_BATCH_EVENTS)
      await simulation.send(events.slice(i, i + MAX_BATCH_EVENTS));
  }
  if (baselineEndMs === undefined) throw usageFailure(`${path} has no event with a time`);
  await simulation.runUntil(clock.ms + MINUTE_MS);
}

async function monitorAllStreams(run: SimulatedRun, startMs: number, endMs: number): Promise<void> {
  const { streams } = await listStreams(run.db, { limit: 1_000 });
  for (const stream of streams) await startMonitoring(run, stream, { startMs, endMs });
}

/** Removes and returns the first items for which `test` is true. */
function takeWhile<T>(items: T[], test: (item: T) => boolean): T[] {
  const end = items.findIndex((item) => !test(item));
  return items.splice(0, end < 0 ? items.length : end);
}
