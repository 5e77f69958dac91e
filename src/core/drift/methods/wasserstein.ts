import type { DriftTest } from '../drift-test.ts';
import { compareGaps, deviationOf, widths } from '../ecdf/compare-gaps.ts';

/**
 * Wasserstein distance (earth mover's): how far, on average, values have moved.
 *
 * W = ∫ |F₁ − F₂| dx, in the feature's own unit; the effect is W / max(standard deviation of the reference, .001), ddof 0, as
 * Evidently has it. The p-value deals the rows anew (`permutationPValue`), so it holds whatever the distribution.
 *
 * Effect: from 0, 1 = one standard deviation. Floor: .1. Smallest honest n: 30 on both sides. Resolution: what the sketches' rank
 * errors may have added. Null: uniform; conservative on sketches. Only the effect's unit is the reference's.
 * Source: Kantorovich 1942; checked against SciPy's wasserstein_distance.
 */
export const wasserstein: DriftTest = {
  title: 'Wasserstein distance',
  types: ['numeric'],
  minRows: 30,
  defaultFloor: 0.1,
  compare: (pair) =>
    compareGaps(pair, {
      minRows: wasserstein.minRows,
      integral: (steps) => ({ weights: widths(steps), power: 1 }),
      statistic: (integral) => integral,
      effect: (integral) => Math.min(integral / deviationOf(pair), Number.MAX_VALUE),
    }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ wasserstein: result.statistic, at: result.at ?? null }),
};
