import type { WeightedSample } from '../../profile/weighted-sample.ts';
import { alignCategories } from '../bins/align-categories.ts';
import type { FeaturePair } from '../drift-test.ts';
import { ksPValue } from '../ecdf/ks-p-value.ts';
import { largestGap } from '../ecdf/largest-gap.ts';

/** SciPy's `ks_2samp(method='auto')` uses the exact law up to this many rows. */
const EXACT_ROWS = 10_000;

/** Both numeric samples; undefined when either is empty. */
export interface Samples {
  readonly reference: WeightedSample;
  readonly current: WeightedSample;
  readonly isExact: boolean;
  /** The reference's quantile, type 7 as in NumPy. */
  quantile(share: number): number;
}

/**
 * Both numeric samples of a feature.
 *
 * @returns undefined when either side is empty
 * @example samplesOf(numericPair([1, 2, 3], [4])).quantile(0.5) // 2
 */
export function samplesOf({ reference, current }: FeaturePair): Samples | undefined {
  const [before, after] = [reference.numeric?.sketch, current.numeric?.sketch];
  if (before === undefined || after === undefined || before.n === 0 || after.n === 0) return undefined;
  return {
    reference: before.weighted(),
    current: after.weighted(),
    isExact: before.isExact && after.isExact,
    quantile: (share) => before.quantile(share),
  };
}

/**
 * Counts of every category on both sides; undefined when either side is empty.
 *
 * @example countsOf(categoricalPair([3, 1], [2])).current // [2, 0]
 */
export function countsOf({ reference, current }: FeaturePair) {
  if (!reference.categories?.n || !current.categories?.n) return undefined;
  return alignCategories(reference.categories, current.categories);
}

/**
 * D and p of SciPy's `ks_2samp`.
 *
 * @example scipyKs(samplesOf(numericPair([1, 2, 3], [2, 3, 4]))).method // 'ks_2samp, exact'
 */
export function scipyKs({ reference, current, isExact }: Samples) {
  const { d } = largestGap(reference, current);
  const [n, m] = [reference.total, current.total];
  const { pValue, method } = ksPValue(d, n, m, isExact && Math.max(n, m) <= EXACT_ROWS);
  return { statistic: d, pValue, method: `ks_2samp, ${method}` };
}

/**
 * Counts as in NumPy's `histogram`: [e₀, e₁), …, [e_last−1, e_last]; values outside are dropped.
 *
 * @example histogram(weigh([0, 1, 2, 9]), [0, 1, 2]) // [1, 2]
 */
export function histogram({ values, weights }: WeightedSample, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const last = edges.at(-1) as number;
  let bin = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < (edges[0] as number) || value > last) continue;
    while (bin < counts.length - 1 && value >= (edges[bin + 1] as number)) bin++;
    counts[bin] = (counts[bin] as number) + (weights[i] as number);
  }
  return counts;
}

/**
 * The edges of bins of equal width, as NumPy's `linspace` gives them.
 *
 * @example evenEdges(0, 1, 2) // [0, 0.5, 1]
 */
export function evenEdges(low: number, high: number, bins: number): number[] {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? to : from + i * ((to - from) / bins)));
}

/**
 * Counts divided by their sum, or by another total.
 *
 * @example shareOf([3, 1]) // [0.75, 0.25]
 */
export function shareOf(counts: readonly number[], total = counts.reduce((sum, count) => sum + count, 0)): number[] {
  return counts.map((count) => count / total);
}

/**
 * The distinct values, ascending.
 *
 * @example unique([3, 1, 3]) // [1, 3]
 */
export function unique(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** 0, .1, …, 1. */
export const DECILES: readonly number[] = Array.from({ length: 11 }, (_, i) => i / 10);
