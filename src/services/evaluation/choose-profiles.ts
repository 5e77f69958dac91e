import { SPANS } from '../../core/profile/span.ts';
import { DAY_MS, groupByBucket, HOUR_MS, type Interval, MINUTE_MS } from '../../core/time/window.ts';
import type { StoredProfileRef } from '../../store/stored-profiles.ts';

export interface ChosenProfiles {
  readonly ids: readonly number[];
  /** What the parts really cover: the asked interval, widened where only a coarser part is left. */
  readonly covered: Interval;
}

/**
 * Chooses the fewest parts that hold every event of an interval once: a day's part for a whole day, an hour's for a whole hour,
 * minutes at the edges. Where the minutes (or hours) of an edge are no longer kept, the coarser part is taken and the interval
 * widened to it. Minutes not yet folded into the chosen hour or day come along.
 *
 * @param refs - all parts of the days that the interval touches
 * @param interval - aligned to minutes
 */
export function chooseProfiles(refs: readonly StoredProfileRef[], interval: Interval): ChosenProfiles {
  const choice = new Choice(interval);
  for (const [dayMs, parts] of groupByBucket(refs, DAY_MS, bucketOf)) choice.takeDay(dayMs, parts);
  return { ids: choice.ids, covered: { startMs: choice.startMs, endMs: choice.endMs } };
}

class Choice {
  readonly ids: number[] = [];
  readonly asked: Interval;
  startMs: number;
  endMs: number;

  constructor(asked: Interval) {
    this.asked = asked;
    this.startMs = asked.startMs;
    this.endMs = asked.endMs;
  }

  takeDay(dayMs: number, parts: readonly StoredProfileRef[]): void {
    const day = { startMs: dayMs, endMs: dayMs + DAY_MS };
    const whole = parts.find((part) => part.span === SPANS.day);
    if (!this.#touches(day)) return;
    const hasHours = parts.some((part) => part.span === SPANS.hour);
    if (whole !== undefined && (this.#holds(day) || !hasHours)) this.#takeWhole(day, whole, parts);
    else for (const [hourMs, inHour] of groupByBucket(parts, HOUR_MS, bucketOf)) this.#takeHour(hourMs, inHour);
  }

  #takeHour(hourMs: number, parts: readonly StoredProfileRef[]): void {
    const hour = { startMs: hourMs, endMs: hourMs + HOUR_MS };
    const whole = parts.find((part) => part.span === SPANS.hour);
    if (!this.#touches(hour)) return;
    const hasMinutes = parts.some((part) => part.span === SPANS.minute && part.folded);
    if (whole !== undefined && (this.#holds(hour) || !hasMinutes)) this.#takeWhole(hour, whole, parts);
    else
      for (const part of parts) if (part.span === SPANS.minute && this.#holds(minuteOf(part))) this.ids.push(part.id);
  }

  #takeWhole(span: Interval, whole: StoredProfileRef, parts: readonly StoredProfileRef[]): void {
    this.startMs = Math.min(this.startMs, span.startMs);
    this.endMs = Math.max(this.endMs, span.endMs);
    this.ids.push(whole.id);
    for (const part of parts) if (part.span === SPANS.minute && !part.folded) this.ids.push(part.id);
  }

  #touches(span: Interval): boolean {
    return span.startMs < this.asked.endMs && span.endMs > this.asked.startMs;
  }

  #holds(span: Interval): boolean {
    return span.startMs >= this.asked.startMs && span.endMs <= this.asked.endMs;
  }
}

function minuteOf(part: StoredProfileRef): Interval {
  return { startMs: part.bucketMs, endMs: part.bucketMs + MINUTE_MS };
}

function bucketOf(part: StoredProfileRef): number {
  return part.bucketMs;
}
