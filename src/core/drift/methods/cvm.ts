import { cramerVonMisesTwoSamplePValue } from '../../stats/tests/cramer-von-mises.ts';
import type { DriftTest } from '../drift-test.ts';
import { compareGaps } from '../ecdf/compare-gaps.ts';
import type { EcdfSteps } from '../ecdf/ecdf-steps.ts';

/**
 * Two-sample Cramér–von Mises test: the mean squared gap between two distribution functions.
 *
 * **Statistic** T = U/(nm(n + m)) − (4nm − 1)/(6(n + m)), U from the ranks, ties by midranks; no unit, from 0.
 *
 * **Effect** Root of the mean of (F₁ − F₂)² over the pooled rows; from 0 to 1/√3 = 0.58 without a common value. Floor 0.03: about what
 * 0.05 is for `ks`. Less swayed by a single place than `ks`.
 *
 * **Null** The limiting law at the statistic's own mean and variance. With more than a tenth of the values tied: permutation of the pooled
 * rows. Assumes independent rows; on sketches p is conservative. Without drift p ≤ 0.05 in 4.5 % of draws (bell curve, 300 and 710 rows).
 *
 * **Honest from** 30 rows a side. Below it the result is inconclusive (`insufficient_samples`).
 *
 * **Resolution** While both sketches hold every value (up to 2,048 each) it is 0. Beyond, every gap is reduced by both rank errors (0.0014
 * a side) before the p-value is taken, and the resolution is what that takes off the effect (99 %).
 *
 * **Source** Anderson 1962. Checked against `cramervonmises_2samp(method='asymptotic')` of SciPy 1.17.1 to 1e-9.
 *
 * @example
 * // Basket values, and the same baskets after every price rose by a tenth.
 * const baskets = Array.from({ length: 400 }, (_, i) => 20 + i / 2);
 * const dearer = baskets.map((x) => 1.1 * x);
 * cvm.compare(numericPair(baskets, dearer), 'calibrated');
 * // { statistic: 0.7318, effect: 0.06049, pValue: 0.01066, method: 'limiting law', at: 215 }
 */
export const cvm: DriftTest = {
  title: 'Cramér–von Mises',
  types: ['numeric'],
  minRows: 30,
  defaultFloor: 0.03,
  compare: (pair) =>
    compareGaps(pair, {
      minRows: cvm.minRows,
      integral: (steps) => ({ weights: pooledShares(steps), power: 2 }),
      statistic: (integral, steps, isExact) =>
        isExact ? statisticOfRanks(steps) : (integral * steps.nReference * steps.nCurrent) / sizeOf(steps),
      effect: Math.sqrt,
      law: (t, n, m) => ({ pValue: cramerVonMisesTwoSamplePValue(t, n, m), name: 'limiting law' }),
    }),
  wire: (result) => ({ t: result.statistic }),
};

function sizeOf(steps: EcdfSteps): number {
  return steps.nReference + steps.nCurrent;
}

function pooledShares(steps: EcdfSteps): Float64Array {
  const all = sizeOf(steps);
  return steps.values.map((_, i) => ((steps.reference[i] as number) + (steps.current[i] as number)) / all);
}

/** T by SciPy's formula: squared distances of each row's pooled rank from its rank within its sample. */
function statisticOfRanks(steps: EcdfSteps): number {
  const { reference, current, nReference: n, nCurrent: m } = steps;
  let [below, belowCurrent, u] = [0, 0, 0];
  for (let i = 0; i < reference.length; i++) {
    const [r, c] = [reference[i] as number, current[i] as number];
    u += n * squaresAround(belowCurrent + c / 2, r) + m * squaresAround(below + r / 2, c);
    below += r;
    belowCurrent += c;
  }
  return u / (n * m * (n + m)) - (4 * n * m - 1) / (6 * (n + m));
}

/** Σ (center + (rows+1)/2 − k)² over k = 1 … rows. */
function squaresAround(center: number, rows: number): number {
  return rows * center ** 2 + (rows * (rows ** 2 - 1)) / 12;
}
