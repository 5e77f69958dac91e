import { floorTo, MINUTE_MS } from '../../core/time/window.ts';
import { planReplay } from '../replay/plan.ts';
import type { ReplayEvent } from '../replay/read/events.ts';
import { readEvents } from '../replay/read/events.ts';
import { openFile } from '../replay/read/lines.ts';

/** The events of a file in groups of one minute, in the order of the file. An event that is older than its group is a late event. */
export async function* fileTraffic(path: string): AsyncGenerator<{ atMs: number; events: string[] }> {
  const plan = await planReplay({
    path,
    service: undefined,
    endpoint: undefined,
    map: [],
    assumeUtc: false,
    format: undefined,
    batchEvents: 1_000,
    speed: undefined,
  });
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
