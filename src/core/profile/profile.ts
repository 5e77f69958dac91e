import { hash32 } from '../stats/hash.ts';
import type { CategoryCounts } from './counts.ts';
import { KllSketch } from './kll.ts';
import { emptyMoments, type Moments, mergeMoments } from './moments.ts';
import { mergeStatusesInto, type StatusCounts } from './status-counts.ts';

/** The numbers of a feature: moments, which merge exactly, and a sketch for quantiles. */
export interface NumericProfile {
  moments: Moments;
  sketch: KllSketch;
}

/** One feature: its numbers, its categories, or both where its values have mixed types. */
export interface FeatureProfile {
  numeric?: NumericProfile;
  categories?: CategoryCounts;
}

/** A mergeable summary of a stream's events in a window. */
export interface Profile {
  events: number;
  statuses: StatusCounts;
  features: Map<string, FeatureProfile>;
}

/** Path of the duration in milliseconds; it is always a numeric feature. */
export const DURATION_PATH = 'response.duration_ms';

/**
 * The profile of no events, the identity of merging.
 *
 * @example emptyProfile().events // 0
 */
export function emptyProfile(): Profile {
  return { events: 0, statuses: new Map(), features: new Map() };
}

/**
 * Merges `source` into `target`: counts, ranges and categories under the cap exactly, quantiles within the sketch's error.
 *
 * @param target - changed in place
 * @param source - neither changed nor aliased, so it may be cached and shared
 * @param seed - seed of the coin flips of this merge
 * @example const target = emptyProfile(); mergeInto(target, profileOf(10, {}), 0); target.events // 10
 */
export function mergeInto(target: Profile, source: Profile, seed: number): void {
  target.events += source.events;
  mergeStatusesInto(target.statuses, source.statuses);
  for (const [path, feature] of source.features) {
    const merged = target.features.get(path) ?? {};
    target.features.set(path, merged);
    if (feature.numeric !== undefined) mergeNumericInto(merged, feature.numeric, hash32(path, seed));
    if (feature.categories !== undefined) mergeCategoriesInto(merged, feature.categories);
  }
}

function mergeNumericInto(target: FeatureProfile, { moments, sketch }: NumericProfile, seed: number): void {
  target.numeric ??= { moments: emptyMoments(), sketch: new KllSketch({ k: sketch.k, seed }) };
  target.numeric.moments = mergeMoments(target.numeric.moments, moments);
  target.numeric.sketch.merge(sketch, seed);
}

function mergeCategoriesInto(target: FeatureProfile, categories: CategoryCounts): void {
  if (target.categories === undefined) target.categories = categories.clone();
  else target.categories.merge(categories);
}

/**
 * Merges any number of profiles into a new one; the parts are not changed.
 *
 * @param seed - seed of the coin flips: equal parts in equal order with an equal seed give equal bytes
 * @example mergeProfiles([]).events // 0
 */
export function mergeProfiles(parts: readonly Profile[], seed = 0): Profile {
  const merged = emptyProfile();
  for (const part of parts) mergeInto(merged, part, seed);
  return merged;
}

/**
 * Number of values of a feature: numbers and categories.
 *
 * @example valuesSeen(categories([3, 1])) // 4
 */
export function valuesSeen(f: FeatureProfile): number {
  return (f.numeric?.moments.n ?? 0) + (f.categories?.n ?? 0);
}

/**
 * Number of events without the feature: events − values; 0 where arrays give more values than events.
 *
 * @example missingOf(profileOf(10, { 'request.tag': categories([3, 1]) }), 'request.tag') // 6
 */
export function missingOf(p: Profile, path: string): number {
  const feature = p.features.get(path);
  return Math.max(0, p.events - (feature === undefined ? 0 : valuesSeen(feature)));
}

/**
 * The sketch of `response.duration_ms`; undefined when no event had it.
 *
 * @example durationSketch(profileOf(2, { 'response.duration_ms': numbers([120, 180]) })).quantile(0.5) // 150
 */
export function durationSketch(p: Profile): KllSketch | undefined {
  return p.features.get(DURATION_PATH)?.numeric?.sketch;
}
