import type { WeightedSample } from '../../profile/weighted-sample.ts';

/** The largest gap between two distribution functions. */
export interface Gap {
  /** max |F₁ − F₂|, [0, 1]. */
  readonly d: number;
  /** The smallest value at which it is reached; NaN when either sample is empty. */
  readonly at: number;
}

/**
 * The largest gap between two empirical distribution functions, and where it is.
 *
 * Both functions are right-continuous, so the gap is taken after all ties of a value.
 *
 * @param reference - ascending values with positive weights
 * @param current - the same
 * @returns d = 0 and at = NaN when either is empty
 * Source: the two-sample statistic of Smirnov 1939; checked against SciPy's ks_2samp.
 *
 * @example largestGap(weigh([1, 2, 3]), weigh([2, 3, 4])) // { d: 0.3333333333333333, at: 1 }
 */
export function largestGap(reference: WeightedSample, current: WeightedSample): Gap {
  const { values: xs, weights: xWeights, total: xTotal } = reference;
  const { values: ys, weights: yWeights, total: yTotal } = current;
  if (xs.length === 0 || ys.length === 0) return { d: 0, at: Number.NaN };
  let i = 0;
  let j = 0;
  let xBelow = 0;
  let yBelow = 0;
  let largest = -1;
  let at = Number.NaN;
  // Once one side is exhausted, its share stays 1 and the gap only shrinks.
  while (i < xs.length && j < ys.length) {
    const x = xs[i] as number;
    const y = ys[j] as number;
    const value = x <= y ? x : y;
    for (; i < xs.length && xs[i] === value; i++) xBelow += xWeights[i] as number;
    for (; j < ys.length && ys[j] === value; j++) yBelow += yWeights[j] as number;
    // The gap times both totals is a whole number, so equal gaps compare as equal.
    const gap = Math.abs(xBelow * yTotal - yBelow * xTotal);
    if (gap > largest) {
      largest = gap;
      at = value;
    }
  }
  return { d: largest / (xTotal * yTotal), at };
}
