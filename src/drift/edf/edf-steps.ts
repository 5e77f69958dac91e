import type { WeightedSample } from '../../profile/kll.ts';

/**
 * Two empirical distribution functions side by side, one step for each distinct value of either sample, ascending.
 * All arrays have one entry a step.
 */
export interface EdfSteps {
  readonly values: Float64Array;
  /** Weight of the reference and of the current sample at this value. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  readonly nReference: number;
  readonly nCurrent: number;
  /** Whether so many values are shared that laws for continuous values do not hold. */
  readonly isTied: boolean;
}

/** Σ weight·|gap|^power over the steps: what `wasserstein` (1), `energy`, `cvm` and `anderson` (2) are. */
export interface GapIntegral {
  /** One for each step. */
  readonly weights: Float64Array;
  readonly power: 1 | 2;
}

/** Up to this share of repeated values the laws for continuous values hold well. */
const FEW_TIES = 0.1;

/**
 * Walks two sorted samples once.
 *
 * @param reference - ascending values with positive weights, at least one
 * @param current - the same
 * @example edfSteps(weigh([1, 2]), weigh([2, 3])).reference // [1, 1, 0]
 */
export function edfSteps(reference: WeightedSample, current: WeightedSample): EdfSteps {
  const [xs, ys] = [reference.values, current.values];
  const most = xs.length + ys.length;
  const [values, ofReference, ofCurrent] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
  let [i, j, size] = [0, 0, 0];
  while (i < xs.length || j < ys.length) {
    const value = j >= ys.length || (xs[i] as number) <= (ys[j] as number) ? (xs[i] as number) : (ys[j] as number);
    let [r, c] = [0, 0];
    for (; i < xs.length && xs[i] === value; i++) r += reference.weights[i] as number;
    for (; j < ys.length && ys[j] === value; j++) c += current.weights[j] as number;
    values[size] = value;
    ofReference[size] = r;
    ofCurrent[size++] = c;
  }
  return {
    values: values.subarray(0, size),
    reference: ofReference.subarray(0, size),
    current: ofCurrent.subarray(0, size),
    nReference: reference.total,
    nCurrent: current.total,
    isTied: size < (1 - FEW_TIES) * most,
  };
}

/**
 * The gap F₁ − F₂ just after each step, both right-continuous; the last is 0.
 *
 * @param error - how much of every gap the sketches may have made: each is brought towards 0 by it, and no farther
 */
export function gapsOf(steps: EdfSteps, error = 0): Float64Array {
  const { reference, current, nReference, nCurrent } = steps;
  const gaps = new Float64Array(reference.length);
  let [below, belowCurrent] = [0, 0];
  for (let i = 0; i < gaps.length - 1; i++) {
    below += reference[i] as number;
    belowCurrent += current[i] as number;
    const gap = below / nReference - belowCurrent / nCurrent;
    gaps[i] = gap > 0 ? Math.max(0, gap - error) : Math.min(0, gap + error);
  }
  return gaps;
}

/** The value after which the gap is widest. */
export function widestStep(steps: EdfSteps, gaps: Float64Array): number {
  let widest = 0;
  for (let i = 1; i < gaps.length; i++) if (Math.abs(gaps[i] as number) > Math.abs(gaps[widest] as number)) widest = i;
  return steps.values[widest] as number;
}
