import { mergeWeighted, NO_VALUES } from './sorted-runs.ts';

/** Ascending values (ties allowed), each with a weight > 0: the number of values of the sample it stands for; `total`: Σ weights. */
export interface WeightedSample {
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly total: number;
}

let ones: Float64Array = NO_VALUES;

/** The values of levels, each ascending with weight 2^level, as one sample. A single level is not copied. */
export function weightedSampleOf(levels: readonly Float64Array[]): WeightedSample {
  const [only = NO_VALUES, ...upper] = levels;
  if (upper.length === 0) {
    if (ones.length < only.length) ones = new Float64Array(only.length).fill(1);
    return { values: only, weights: ones.subarray(0, only.length), total: only.length };
  }
  let values: Float64Array = NO_VALUES;
  let weights: Float64Array = NO_VALUES;
  let total = 0;
  for (const [level, run] of levels.entries()) {
    [values, weights] = mergeWeighted(values, weights, run, 2 ** level);
    total += run.length * 2 ** level;
  }
  return { values, weights, total };
}

/** The first value whose rank (Σ weights up to it) reaches `rank`; the last one when none does. */
export function valueAtRank(s: WeightedSample, rank: number): number {
  let seen = 0;
  for (let i = 0; i < s.values.length; i++) {
    seen += s.weights[i] as number;
    if (seen >= rank) return s.values[i] as number;
  }
  return s.values.at(-1) as number;
}

/** `valueAtRank` of several ranks, ascending, in one walk. */
export function valuesAtRanks({ values, weights }: WeightedSample, ranks: readonly number[]): number[] {
  const found: number[] = [];
  let place = 0;
  let seen = weights[0] as number;
  for (const rank of ranks) {
    while (seen < rank && place < values.length - 1) seen += weights[++place] as number;
    found.push(values[place] as number);
  }
  return found;
}

/**
 * The shares of the sample that are ≤ each of some values: the right-continuous empirical distribution function, in one walk.
 *
 * @param places - ascending
 * @returns shares, [0, 1]; NaN for an empty sample
 * @example const s = new KllSketch(); s.add(1); s.add(2); sharesAtMost(s.weighted(), [1, 2]) // [0.5, 1]
 */
export function sharesAtMost({ values, weights, total }: WeightedSample, places: readonly number[]): number[] {
  let [i, weight] = [0, 0];
  return places.map((x) => {
    while (i < values.length && (values[i] as number) <= x) weight += weights[i++] as number;
    return weight / total;
  });
}

/**
 * The share of the sample that is ≤ x.
 *
 * @returns a share, [0, 1]; NaN for an empty sample
 * @example const s = new KllSketch(); s.add(1); s.add(2); shareAtMost(s.weighted(), 1) // 0.5
 */
export function shareAtMost(s: WeightedSample, x: number): number {
  return sharesAtMost(s, [x])[0] as number;
}
