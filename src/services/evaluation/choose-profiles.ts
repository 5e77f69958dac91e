import { SPANS } from '../../core/profile/span.ts';
import { DAY_MS, groupByBucket, HOUR_MS, type Interval, MINUTE_MS } from '../../core/time/window.ts';
import type { StoredProfileRef } from '../../store/stored-profiles.ts';

export interface ChosenProfiles {
  readonly ids: readonly number[];
  /** The asked interval, widened where only the profile of a longer span is still stored. */
  readonly covered: Interval;
}

/**
 * Chooses the fewest stored profiles that contain every event of an interval once: a day's profile for a whole day, an hour's for a
 * whole hour, minutes at the edges. Where the minutes (or hours) of an edge are no longer stored, the profile of the longer span is
 * chosen and the interval widened to it. Minutes that are not yet folded into that hour or day are chosen too.
 *
 * @param refs - all stored profiles of the days that the interval touches
 * @param interval - aligned to minutes
 */
export function chooseProfiles(refs: readonly StoredProfileRef[], interval: Interval): ChosenProfiles {
  const choice = new Choice(interval);
  for (const [dayMs, profiles] of groupByBucket(refs, DAY_MS, bucketOf)) choice.takeDay(dayMs, profiles);
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

  takeDay(dayMs: number, profiles: readonly StoredProfileRef[]): void {
    const day = { startMs: dayMs, endMs: dayMs + DAY_MS };
    const whole = profiles.find((profile) => profile.span === SPANS.day);
    if (!this.#touches(day)) return;
    const hasHours = profiles.some((profile) => profile.span === SPANS.hour);
    if (whole !== undefined && (this.#holds(day) || !hasHours)) this.#takeWhole(day, whole, profiles);
    else for (const [hourMs, inHour] of groupByBucket(profiles, HOUR_MS, bucketOf)) this.#takeHour(hourMs, inHour);
  }

  #takeHour(hourMs: number, profiles: readonly StoredProfileRef[]): void {
    const hour = { startMs: hourMs, endMs: hourMs + HOUR_MS };
    const whole = profiles.find((profile) => profile.span === SPANS.hour);
    if (!this.#touches(hour)) return;
    const hasMinutes = profiles.some((profile) => profile.span === SPANS.minute && profile.folded);
    if (whole !== undefined && (this.#holds(hour) || !hasMinutes)) this.#takeWhole(hour, whole, profiles);
    else
      for (const profile of profiles)
        if (profile.span === SPANS.minute && this.#holds(minuteOf(profile))) this.ids.push(profile.id);
  }

  #takeWhole(span: Interval, whole: StoredProfileRef, profiles: readonly StoredProfileRef[]): void {
    this.startMs = Math.min(this.startMs, span.startMs);
    this.endMs = Math.max(this.endMs, span.endMs);
    this.ids.push(whole.id);
    for (const profile of profiles) if (profile.span === SPANS.minute && !profile.folded) this.ids.push(profile.id);
  }

  #touches(span: Interval): boolean {
    return span.startMs < this.asked.endMs && span.endMs > this.asked.startMs;
  }

  #holds(span: Interval): boolean {
    return span.startMs >= this.asked.startMs && span.endMs <= this.asked.endMs;
  }
}

function minuteOf(profile: StoredProfileRef): Interval {
  return { startMs: profile.bucketMs, endMs: profile.bucketMs + MINUTE_MS };
}

function bucketOf(profile: StoredProfileRef): number {
  return profile.bucketMs;
}
