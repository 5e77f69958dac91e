import { andersonDarlingSurvival, andersonTwoSampleVariance } from '../../stats/tests/anderson-darling.ts';
import type { DriftTest } from '../drift-test.ts';
import { compareGaps } from '../ecdf/compare-gaps.ts';
import type { EcdfSteps } from '../ecdf/ecdf-steps.ts';

/** Variance of the limiting law, 2(π² − 9)/3; its mean is 1. */
const LIMIT_VARIANCE = (2 * (Math.PI ** 2 - 9)) / 3;

/**
 * Two-sample Anderson–Darling: the squared gap, weighted so that the tails count as much as the middle.
 *
 * A² with ties at their middle (Scholz & Stephens' A²ₐₖₙ); p by its limiting law after A² was brought to that law's variance. SciPy's
 * own p is cut off at .001 and .25; this one is not. Where more than a tenth of the values are tied, the rows are dealt anew.
 *
 * Effect: root of the mean squared gap in units of √(H(1−H)), H the pooled distribution. Floor: .1. Smallest honest n: 30 on both
 * sides. Resolution: what the sketches' rank errors may have added. Null: uniform; conservative on sketches.
 * Source: Pettitt 1976; Scholz & Stephens 1987; statistic checked against SciPy's anderson_ksamp.
 */
export const anderson: DriftTest = {
  title: 'Anderson–Darling',
  types: ['numeric'],
  minRows: 30,
  defaultFloor: 0.1,
  compare: (pair) =>
    compareGaps(pair, {
      minRows: anderson.minRows,
      integral: (steps) => ({ weights: tailWeights(steps), power: 2 }),
      statistic: (integral, steps, isExact) => (isExact ? andersonStatistic(steps) : integral * scaleOf(steps)),
      effect: Math.sqrt,
      law: (statistic, n, m) => ({ pValue: lawOf(statistic, n, m), name: 'limiting law' }),
    }),
  wire: (result) => ({ a2: result.statistic, at: result.at ?? null }),
};

function lawOf(statistic: number, n: number, m: number): number {
  const stretch = Math.sqrt(LIMIT_VARIANCE / andersonTwoSampleVariance(n, m));
  return andersonDarlingSurvival(Math.max(0, 1 + (statistic - 1) * stretch));
}

function scaleOf({ nReference: n, nCurrent: m }: EcdfSteps): number {
  return (n * m) / (n + m);
}

/** Pooled share of each step over H(1 − H) just after it. */
function tailWeights({ reference, current, nReference, nCurrent }: EcdfSteps): Float64Array {
  const all = nReference + nCurrent;
  let below = 0;
  return reference.map((r, i) => {
    const rows = r + (current[i] as number);
    below += rows;
    return below < all ? (rows * all) / (below * (all - below)) : 0;
  });
}

/** A² of two samples with midranks, as SciPy's anderson_ksamp has it before it is normalised. */
function andersonStatistic(steps: EcdfSteps): number {
  const { reference, current, nReference: n, nCurrent: m } = steps;
  const all = n + m;
  let [below, belowCurrent, sum] = [0, 0, 0];
  for (let i = 0; i < reference.length; i++) {
    const [r, c] = [reference[i] as number, current[i] as number];
    const rows = r + c;
    const half = below + belowCurrent + rows / 2;
    const gap = (m * (below + r / 2) - n * (belowCurrent + c / 2)) ** 2;
    // A single value is no gap, and nothing to divide it by.
    if (gap > 0) sum += (rows / all) * (gap / (half * (all - half) - (all * rows) / 4));
    below += r;
    belowCurrent += c;
  }
  return ((all - 1) / all) * (1 / n + 1 / m) * sum;
}
