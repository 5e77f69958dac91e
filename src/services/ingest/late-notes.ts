import { MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import type { LateMinute, ProfileRow } from '../../store/append.ts';

/** Notes are looked at a minute and a half after they were made: until then one stands for all late events of its minute. */
const STANDS_MS = 30 * SECOND_MS;
const MOST_REMEMBERED = 10_000;

/** Which minutes are to be noted as late: reports that cover them may have been made without these events. */
export class LateNotes {
  readonly #noted = new Map<string, number>();

  /** Minutes that had ended, and were not noted a moment ago. */
  find(parts: readonly ProfileRow[], nowMs: number): LateMinute[] {
    return parts
      .filter(({ bucketMs }) => bucketMs + MINUTE_MS <= nowMs)
      .map(({ streamId, bucketMs }) => ({ streamId, bucketMs, noticedAtMs: nowMs }))
      .filter((minute) => nowMs - (this.#noted.get(keyOf(minute)) ?? Number.NEGATIVE_INFINITY) >= STANDS_MS);
  }

  /** Only once they are committed: what was rolled back is noted again. */
  remember(minutes: readonly LateMinute[]): void {
    if (this.#noted.size > MOST_REMEMBERED) this.#noted.clear();
    for (const minute of minutes) this.#noted.set(keyOf(minute), minute.noticedAtMs);
  }
}

function keyOf({ streamId, bucketMs }: LateMinute): string {
  return `${streamId} ${bucketMs}`;
}
