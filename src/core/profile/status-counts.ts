/** How many events had which integer `response.status`: 0 … 999 as it was sent, or one of the two below. */
export type StatusCounts = Map<number, number>;

/** Any other integer. */
const OUT_OF_RANGE = 1_000;
/** Not 2xx, and more is not known: from a profile of the time when only successes were counted. The largest key. */
export const UNKNOWN_FAILURE = 1_001;

/**
 * Counts one event.
 *
 * @param status - any integer
 * @example const counts = new Map(); addStatusInto(counts, 304); counts.get(304) // 1
 */
export function addStatusInto(counts: StatusCounts, status: number): void {
  const key = status >= 0 && status < OUT_OF_RANGE ? status : OUT_OF_RANGE;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Adds the counts of `source`. */
export function mergeStatusesInto(counts: StatusCounts, source: StatusCounts): void {
  for (const [status, n] of source) counts.set(status, (counts.get(status) ?? 0) + n);
}

/**
 * How many events had an integer status.
 *
 * @example statusesKnown(new Map([[200, 3], [304, 1]])) // 4
 */
export function statusesKnown(counts: StatusCounts): number {
  let known = 0;
  for (const n of counts.values()) known += n;
  return known;
}
