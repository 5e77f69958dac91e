import type { FeatureProfile } from '../profile.ts';
import { type StatusCounts, statusesKnown, UNKNOWN_FAILURE } from '../status-counts.ts';

/** Profiles of version 1 have no counts by status: only how many were known, and how many of them were 2xx. */
export const FIRST_VERSION = 1;

/** Whether the bytes are of a time when only 2xx could be a success. */
export function isFirstVersion(bytes: Uint8Array): boolean {
  return bytes[0] === FIRST_VERSION;
}

/**
 * The counts by status of such a profile. Where the feature `response.status` counted the same events, it says which; else what was not 2xx
 * stays an unknown failure, and 2xx are counted as 200.
 *
 * @param known - events with an integer status
 * @param success - those of them with 2xx
 * @param feature - `response.status`
 */
export function restoreStatuses(known: number, success: number, feature: FeatureProfile | undefined): StatusCounts {
  const read = readStatuses(feature);
  if (read !== undefined && statusesKnown(read) === known && count2xx(read) === success) return read;
  const counts: [number, number][] = [
    [200, success],
    [UNKNOWN_FAILURE, known - success],
  ];
  return new Map(counts.filter(([, n]) => n > 0));
}

function readStatuses(feature: FeatureProfile | undefined): StatusCounts | undefined {
  const { categories, numeric } = feature ?? {};
  if (categories === undefined || numeric !== undefined || !categories.isExact) return undefined;
  const names = [...categories.counts];
  if (!names.every(([name]) => /^\d{1,3}$/.test(name))) return undefined;
  return new Map(names.map(([name, n]) => [Number(name), n]));
}

function count2xx(counts: StatusCounts): number {
  return [...counts].reduce((sum, [status, n]) => sum + (status >= 200 && status <= 299 ? n : 0), 0);
}
