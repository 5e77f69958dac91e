import { hash32 } from '../stats/hash.ts';
import type { CategoryCounts } from './counts.ts';
import { KllSketch } from './kll.ts';
import { emptyMoments, type Moments, mergeMoments } from './moments.ts';

export interface NumericProfile {
  moments: Moments;
  sketch: KllSketch;
}

/** One feature: its numbers, its categories, or both where the type is mixed. */
export interface FeatureProfile {
  numeric?: NumericProfile;
  categories?: CategoryCounts;
}

/** A mergeable summary of a stream's events in a window. `success` of `statusKnown` events had a 2xx status. */
export interface Profile {
  events: number;
  statusKnown: number;
  success: number;
  features: Map<string, FeatureProfile>;
}

/** How long the event took, in milliseconds; always a feature, and always a number. */
export const DURATION_PATH = 'response.duration_ms';

/** The profile of no events: the identity of merging. */
export function emptyProfile(): Profile {
  return { events: 0, statusKnown: 0, success: 0, features: new Map() };
}

/**
 * Merges `source` into `target`: counts, ranges, categories under the cap exactly, quantiles within the sketch's error.
 *
 * @param target - changed in place
 * @param source - untouched and not aliased, so that it may be cached and shared
 * @param seed - of the coins flipped in this merge
 */
export function mergeInto(target: Profile, source: Profile, seed: number): void {
  target.events += source.events;
  target.statusKnown += source.statusKnown;
  target.success += source.success;
  for (const [path, feature] of source.features) {
    const mine = target.features.get(path) ?? {};
    target.features.set(path, mine);
    if (feature.numeric !== undefined) mergeNumericInto(mine, feature.numeric, hash32(path, seed));
    if (feature.categories !== undefined) mergeCategoriesInto(mine, feature.categories);
  }
}

function mergeNumericInto(mine: FeatureProfile, { moments, sketch }: NumericProfile, seed: number): void {
  mine.numeric ??= { moments: emptyMoments(), sketch: new KllSketch({ k: sketch.k, seed }) };
  mine.numeric.moments = mergeMoments(mine.numeric.moments, moments);
  mine.numeric.sketch.merge(sketch, seed);
}

function mergeCategoriesInto(mine: FeatureProfile, categories: CategoryCounts): void {
  if (mine.categories === undefined) mine.categories = categories.clone();
  else mine.categories.merge(categories);
}

/**
 * Merges any number of profiles into a new one; the parts are untouched.
 *
 * @param seed - of the coins; equal parts in equal order with an equal seed give equal bytes
 * @example mergeProfiles([]).events // 0
 */
export function mergeProfiles(parts: readonly Profile[], seed = 0): Profile {
  const merged = emptyProfile();
  for (const part of parts) mergeInto(merged, part, seed);
  return merged;
}

/** Number of values of a feature, of either type. */
export function valuesSeen(f: FeatureProfile): number {
  return (f.numeric?.moments.n ?? 0) + (f.categories?.n ?? 0);
}

/** Number of events without the feature: events − values seen; 0 where arrays give more values than there are events. */
export function missingOf(p: Profile, path: string): number {
  const feature = p.features.get(path);
  return Math.max(0, p.events - (feature === undefined ? 0 : valuesSeen(feature)));
}

/** The distribution of `response.duration_ms`, if any event had it. */
export function durationSketch(p: Profile): KllSketch | undefined {
  return p.features.get(DURATION_PATH)?.numeric?.sketch;
}
