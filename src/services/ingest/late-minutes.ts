import { MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import type { LateMinute, ProfileRow } from '../../store/append.ts';

/** Reports are revised 90 seconds after a late minute is recorded, so one record covers all late events of these 30 seconds. */
const RECORD_EVERY_MS = 30 * SECOND_MS;
const MAX_REMEMBERED = 10_000;

/** Finds the minutes that got events after they ended: reports that cover them may have been made without these events. */
export class LateMinutes {
  readonly #recordedAtMs = new Map<string, number>();

  /** The minutes of these profiles that have ended and were not recorded in the last 30 seconds. */
  find(profiles: readonly ProfileRow[], nowMs: number): LateMinute[] {
    return profiles
      .filter(({ bucketMs }) => bucketMs + MINUTE_MS <= nowMs)
      .map(({ streamId, bucketMs }) => ({ streamId, bucketMs, noticedAtMs: nowMs }))
      .filter(
        (minute) => nowMs - (this.#recordedAtMs.get(keyOf(minute)) ?? Number.NEGATIVE_INFINITY) >= RECORD_EVERY_MS,
      );
  }

  /** Call this after the commit: minutes of a transaction that was rolled back must be recorded again. */
  remember(minutes: readonly LateMinute[]): void {
    if (this.#recordedAtMs.size > MAX_REMEMBERED) this.#recordedAtMs.clear();
    for (const minute of minutes) this.#recordedAtMs.set(keyOf(minute), minute.noticedAtMs);
  }
}

function keyOf({ streamId, bucketMs }: LateMinute): string {
  return `${streamId} ${bucketMs}`;
}
