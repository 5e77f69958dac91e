import type { WeightedSample } from '../../profile/weighted-sample.ts';

/**
 * Two empirical distribution functions side by side, one step for each distinct value of either sample, ascending.
 * All arrays have one entry per step.
 */
export interface EcdfSteps {
  readonly values: Float64Array;
  /** Weight of the reference and of the current sample at this value. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  readonly nReference: number;
  readonly nCurrent: number;
  /** Whether more than a tenth of the values are repeated, so that laws for continuous values do not hold. */
  readonly isTied: boolean;
}

/** Σ weight·|gap|^power over the steps: what `wasserstein` (1), `energy`, `cvm` and `anderson` (2) are. */
export interface GapIntegral {
  /** One per step. */
  readonly weights: Float64Array;
  readonly power: 1 | 2;
}

/** Up to this share of repeated values the laws for continuous values hold well. */
const FEW_TIES = 0.1;

/**
 * Merges two sorted samples into the steps of their distribution functions.
 *
 * @param reference - ascending values with positive weights, at least one
 * @param current - the same
 * @example ecdfSteps(weigh([1, 2]), weigh([2, 3])).reference // [1, 1, 0]
 */
export function ecdfSteps(reference: WeightedSample, current: WeightedSample): EcdfSteps {
  const { values: xs, weights: xWeights } = reference;
  const { values: ys, weights: yWeights } = current;
  const most = xs.length + ys.length;
  const values = new Float64Array(most);
  const [ofReference, ofCurrent] = [new Float64Array(most), new Float64Array(most)];
  let i = 0;
  let j = 0;
  let size = 0;
  while (i < xs.length || j < ys.length) {
    const x = i < xs.length ? (xs[i] as number) : Number.POSITIVE_INFINITY;
    const y = j < ys.length ? (ys[j] as number) : Number.POSITIVE_INFINITY;
    const value = x <= y ? x : y;
    let r = 0;
    let c = 0;
    for (; i < xs.length && xs[i] === value; i++) r += xWeights[i] as number;
    for (; j < ys.length && ys[j] === value; j++) c += yWeights[j] as number;
    values[size] = value;
    ofReference[size] = r;
    ofCurrent[size] = c;
    size++;
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

/** An integral of the gap F₁ − F₂ between both functions, taken just after each step; both are right-continuous. */
export interface IntegratedGaps {
  readonly full: number;
  /** The same after every gap is reduced by the sketches' error, down to 0 at most. */
  readonly surely: number;
  /** The value after which the gap is widest. */
  readonly widest: number;
}

/**
 * Integrates the gap between both functions.
 *
 * @param steps - both functions
 * @param integral - one weight per step, and the power of the gap
 * @param error - the part of every gap that may come from the sketches, [0, 1]
 * @example integrateGaps(ecdfSteps(weigh([0]), weigh([3])), { weights: [3, 0], power: 1 }).full // 3
 */
export function integrateGaps(steps: EcdfSteps, { weights, power }: GapIntegral, error = 0): IntegratedGaps {
  const { reference, current, nReference, nCurrent, values } = steps;
  const isAbsolute = power === 1;
  let [below, belowCurrent, full, surely, widestGap, widest] = [0, 0, 0, 0, -1, 0];
  for (let i = 0; i < values.length - 1; i++) {
    below += reference[i] as number;
    belowCurrent += current[i] as number;
    const gap = Math.abs(below / nReference - belowCurrent / nCurrent);
    const sure = gap > error ? gap - error : 0;
    const weight = weights[i] as number;
    full += weight * (isAbsolute ? gap : gap * gap);
    surely += weight * (isAbsolute ? sure : sure * sure);
    if (gap > widestGap) {
      widestGap = gap;
      widest = i;
    }
  }
  return { full, surely, widest: values[widest] as number };
}
