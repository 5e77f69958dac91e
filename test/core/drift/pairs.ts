import type { FeaturePair } from '../../../src/core/drift/drift-test.ts';
import type { EvaluationSettings } from '../../../src/core/evaluation/settings.ts';
import { CategoryCounts } from '../../../src/core/profile/counts.ts';
import { KllSketch } from '../../../src/core/profile/kll.ts';
import { addValueInto, emptyMoments } from '../../../src/core/profile/moments.ts';
import { emptyProfile, type FeatureProfile, type Profile } from '../../../src/core/profile/profile.ts';
import type { WeightedSample } from '../../../src/core/profile/weighted-sample.ts';
import type { Rng } from '../../../src/core/stats/rng.ts';

export const CALIBRATED: EvaluationSettings = {
  policy: 'calibrated',
  alpha: 0.05,
  floors: { ks: 0.05, psi: 0.2 },
  slo: { successMin: 0.995, failureStatus: ['5xx'], p95MaxMs: 2000 },
};
/** How many of `n` events had 200, and how many 500. */
export function statuses(n: number, failures = 0): Map<number, number> {
  const counts: [number, number][] = [
    [200, n - failures],
    [500, failures],
  ];
  return new Map(counts.filter(([, count]) => count > 0));
}

export const CLASSIC: EvaluationSettings = { ...CALIBRATED, policy: 'classic' };

export function weigh(values: readonly number[]): WeightedSample {
  const sorted = Float64Array.from(values).sort();
  return { values: sorted, weights: new Float64Array(sorted.length).fill(1), total: sorted.length };
}

export function numbers(values: Iterable<number>, k = 2048, seed = 0): FeatureProfile {
  const [moments, sketch] = [emptyMoments(), new KllSketch({ k, seed })];
  for (const x of values) {
    addValueInto(moments, x);
    sketch.add(x);
  }
  return { numeric: { moments, sketch } };
}

export type Tally = readonly (readonly [name: string, count: number])[];

/** Categories by count; a plain list of counts names them c0, c1, … */
export function categories(tally: Tally | readonly number[]): FeatureProfile {
  const counts = new CategoryCounts();
  tally.forEach((entry, i) => {
    const [name, count] = typeof entry === 'number' ? [`c${i}`, entry] : entry;
    if (count > 0) counts.add(name, count);
  });
  return { categories: counts };
}

export function pairOf(type: FeaturePair['type'], reference: FeatureProfile, current: FeatureProfile): FeaturePair {
  const events = (f: FeatureProfile) => f.numeric?.sketch.n ?? f.categories?.n ?? 0;
  return {
    feature: 'request.x',
    type,
    reference,
    current,
    referenceMissing: 0,
    currentMissing: 0,
    referenceEvents: events(reference),
    currentEvents: events(current),
  };
}

export const numericPair = (x: Iterable<number>, y: Iterable<number>, k = 2048): FeaturePair =>
  pairOf('numeric', numbers(x, k, 1), numbers(y, k, 2));
export const categoricalPair = (r: Tally | readonly number[], c: Tally | readonly number[]): FeaturePair =>
  pairOf('categorical', categories(r), categories(c));

/** k of n events without the feature, in both windows. */
export const missingPair = (k1: number, n1: number, k2: number, n2: number): FeaturePair => ({
  ...pairOf('numeric', numbers([]), numbers([])),
  referenceEvents: n1,
  referenceMissing: k1,
  currentEvents: n2,
  currentMissing: k2,
});

export function profileOf(events: number, features: Record<string, FeatureProfile>): Profile {
  return { ...emptyProfile(), events, features: new Map(Object.entries(features)) };
}

/** The other way round. */
export function swapped(pair: FeaturePair): FeaturePair {
  return {
    feature: pair.feature,
    type: pair.type,
    reference: pair.current,
    current: pair.reference,
    referenceEvents: pair.currentEvents,
    referenceMissing: pair.currentMissing,
    currentEvents: pair.referenceEvents,
    currentMissing: pair.referenceMissing,
  };
}

export const draw = <T>(n: number, one: () => T): T[] => Array.from({ length: n }, one);

export function normal(rng: Rng, mean = 0, deviation = 1): number {
  return mean + deviation * Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}

/** Counts of n draws from these weights. */
export function multinomial(rng: Rng, n: number, weights: readonly number[]): number[] {
  const cumulative = weights.map((_, i) => weights.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const total = cumulative.at(-1) ?? 0;
  const counts = new Array<number>(weights.length).fill(0);
  for (let i = 0; i < n; i++) {
    const u = rng.next() * total;
    let [low, high] = [0, weights.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) > u) high = middle;
      else low = middle + 1;
    }
    counts[low] = (counts[low] as number) + 1;
  }
  return counts;
}

export const zipf = (size: number, power = 1): number[] => Array.from({ length: size }, (_, i) => (i + 1) ** -power);
