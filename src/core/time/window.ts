export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;
const LONGEST_MS = 100_000_000 * DAY_MS;

/** A half-open span of UTC time, [startMs, endMs), in milliseconds since the Unix epoch. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

export const DURATION_HINT = 'use 30m, 1h, 24h, 7d, or whole seconds such as 3600';

/**
 * Parses a duration: `30m`, `1h`, `24h`, `7d`, `45s`, or whole seconds (`3600`).
 *
 * @returns milliseconds, or undefined when the text is not a duration, is zero, or is longer than 100,000,000 days, all that a date can be from 1970
 * @example parseDuration('30m') // 1800000
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text.trim());
  if (match === null) return undefined;
  const ms = Number(match[1]) * (UNIT_MS[match[2] || 's'] ?? SECOND_MS);
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}

/**
 * The start of the bucket of length `spanMs` that contains an instant; buckets are counted from the Unix epoch, in UTC.
 *
 * @example floorTo(90_000, MINUTE_MS) // 60000
 */
export function floorTo(ms: number, spanMs: number): number {
  return Math.floor(ms / spanMs) * spanMs;
}

/**
 * The end of the bucket of length `spanMs` that contains an instant; an instant on a border stays as it is.
 *
 * @example ceilTo(90_000, MINUTE_MS) // 120000
 */
export function ceilTo(ms: number, spanMs: number): number {
  return Math.ceil(ms / spanMs) * spanMs;
}

/**
 * Groups items by the bucket of length `spanMs` that contains their instant; the order is kept.
 *
 * @example [...groupByBucket([10, 70, 20], 60, (ms) => ms)] // [[0, [10, 20]], [60, [70]]]
 */
export function groupByBucket<T>(
  items: readonly T[],
  spanMs: number,
  instantOf: (item: T) => number,
): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const bucketMs = floorTo(instantOf(item), spanMs);
    const group = groups.get(bucketMs);
    if (group === undefined) groups.set(bucketMs, [item]);
    else group.push(item);
  }
  return groups;
}
