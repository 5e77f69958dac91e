import { cramerVonMisesTwoSamplePValue } from '../../stats/tests/cramer-von-mises.ts';
import type { DriftTest } from '../drift-test.ts';
import { compareGaps } from '../ecdf/compare-gaps.ts';
import type { EcdfSteps } from '../ecdf/ecdf-steps.ts';

/**
 * Two-sample Cramér–von Mises: the mean squared gap between both distribution functions, over the pooled rows.
 *
 * T = U/(nm(n+m)) − (4nm−1)/(6(n+m)) from the ranks, ties at their middle; p by the limiting law, adjusted to the sizes. Where more
 * than a tenth of the values are tied that law does not hold, and the rows are dealt anew (`permutationPValue`).
 *
 * Effect: root of the mean squared gap, [0, 1]. Floor: .03. Smallest honest n: 30 on both sides. Resolution: what the sketches'
 * rank errors may have added. Null: uniform; conservative on sketches.
 * Source: Anderson 1962; checked against SciPy's cramervonmises_2samp(method='asymptotic').
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
  wire: (result) => ({ t: result.statistic, at: result.at ?? null }),
};

function sizeOf(steps: EcdfSteps): number {
  return steps.nReference + steps.nCurrent;
}

function pooledShares(steps: EcdfSteps): Float64Array {
  const all = sizeOf(steps);
  return steps.values.map((_, i) => ((steps.reference[i] as number) + (steps.current[i] as number)) / all);
}

/** T by SciPy's formula: squared distances of every row's pooled rank from its rank in its own sample. */
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
