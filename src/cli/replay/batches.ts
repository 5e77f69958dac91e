import type { ReplayEvent } from './read/events.ts';
import type { SkippedLine } from './read/record.ts';

/** Well under the service's 16 MiB, with room for its own counting. */
const MAX_BATCH_CHARS = 4 * 1024 * 1024;

/** Events that travel in one request, and the lines of the file that they settle: skipped ones before them included. */
export interface Batch {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly events: readonly ReplayEvent[];
}

export interface BatchRules {
  readonly batchEvents: number;
  readonly speed: number | undefined;
}

/**
 * Cuts events into batches. Where it cuts depends on the file and the rules only, never on time or on where a replay resumes: so a batch
 * sent again is the same batch, with the same key.
 */
export async function* cutBatches(
  lists: AsyncIterable<readonly (ReplayEvent | SkippedLine)[]>,
  rules: BatchRules,
  onSkipped: (line: SkippedLine) => void,
): AsyncGenerator<Batch> {
  let events: ReplayEvent[] = [];
  let chars = 0;
  let firstLine = 1;
  let slot = Number.NEGATIVE_INFINITY;
  const take = (): Batch => {
    const batch = { firstLine, lastLine: events.at(-1)?.line ?? firstLine, events };
    firstLine = batch.lastLine + 1;
    events = [];
    chars = 0;
    return batch;
  };
  for await (const list of lists) {
    for (const item of list) {
      if ('code' in item) {
        onSkipped(item);
        continue;
      }
      const itemSlot = slotOf(item, rules.speed);
      if (events.length > 0 && (itemSlot > slot || chars + item.json.length > MAX_BATCH_CHARS)) yield take();
      slot = Math.max(slot, itemSlot);
      events.push(item);
      chars += item.json.length + 1;
      if (events.length === rules.batchEvents) yield take();
    }
  }
  if (events.length > 0) yield take();
}

/** At a given speed, events of one second of the replay travel together. */
function slotOf({ tsMs }: ReplayEvent, speed: number | undefined): number {
  return speed === undefined || tsMs === undefined ? Number.NEGATIVE_INFINITY : Math.floor(tsMs / (1_000 * speed));
}
