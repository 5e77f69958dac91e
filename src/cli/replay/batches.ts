import type { ReplayEvent } from './read/events.ts';
import type { SkippedLine } from './read/record.ts';

/** Far below the limit of the service, 16 MiB. */
const MAX_BATCH_CHARS = 4 * 1024 * 1024;

/** The events of one request, and the lines of the file that it completes, including skipped lines before the events. */
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
 * Splits events into batches. The split depends only on the file and the rules, never on time or on the line where a replay resumes, so a
 * batch that is sent again has the same events and the same key.
 */
export async function* cutBatches(
  lists: AsyncIterable<readonly (ReplayEvent | SkippedLine)[]>,
  rules: BatchRules,
  onSkipped: (line: SkippedLine) => void,
): AsyncGenerator<Batch> {
  let events: ReplayEvent[] = [];
  let chars = 0;
  let firstLine = 1;
  let second = Number.NEGATIVE_INFINITY;
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
      const itemSecond = secondOf(item, rules.speed);
      if (events.length > 0 && (itemSecond > second || chars + item.json.length > MAX_BATCH_CHARS)) yield take();
      second = Math.max(second, itemSecond);
      events.push(item);
      chars += item.json.length + 1;
      if (events.length === rules.batchEvents) yield take();
    }
  }
  if (events.length > 0) yield take();
}

/** At a fixed speed, events of the same second of the replay are sent together. */
function secondOf({ tsMs }: ReplayEvent, speed: number | undefined): number {
  return speed === undefined || tsMs === undefined ? Number.NEGATIVE_INFINITY : Math.floor(tsMs / (1_000 * speed));
}
