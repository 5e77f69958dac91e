import { floorTo, MINUTE_MS } from '../../core/time/window.ts';
import { planReplay } from '../replay/plan.ts';
import type { ReplayEvent } from '../replay/read/events.ts';
import { readEvents } from '../replay/read/events.ts';
import { openFile } from '../replay/read/lines.ts';

/** A file's events by the minute, in the order of the file; one that lies before its minute comes late, as it would have. */
export async function* fileTraffic(
  path: string,
  service: string | undefined,
): AsyncGenerator<{ atMs: number; events: string[] }> {
  const names = { service, endpoint: undefined, map: [], assumeUtc: false };
  const plan = await planReplay({ path, ...names, format: undefined, batchEvents: 1_000, speed: undefined });
  const file = await openFile(path);
  let minuteMs = Number.NEGATIVE_INFINITY;
  let events: string[] = [];
  for await (const list of readEvents(plan, file.chunks, 0)) {
    for (const item of list) {
      if ('code' in item || item.tsMs === undefined) continue;
      if (floorTo(item.tsMs, MINUTE_MS) > minuteMs) {
        if (events.length > 0) yield { atMs: minuteMs + MINUTE_MS, events };
        minuteMs = floorTo(item.tsMs, MINUTE_MS);
        events = [];
      }
      events.push((item as ReplayEvent).json);
    }
  }
  if (events.length > 0) yield { atMs: minuteMs + MINUTE_MS, events };
}
