import type { DriftTest } from '../drift-test.ts';
import { compareGaps, deviationOf, widths } from '../ecdf/compare-gaps.ts';

/**
 * Energy distance: as Wasserstein, but wide gaps count more than long ones.
 *
 * E = √(2 ∫ (F₁ − F₂)² dx), as SciPy has it; the effect is E / √max(standard deviation of the reference, .001), so that the unit
 * of the feature falls out. The p-value deals the rows anew (`permutationPValue`).
 *
 * Effect: from 0; .075 for a shift of a tenth of a standard deviation. Floor: .1. Smallest honest n: 30 on both sides.
 * Resolution: what the sketches' rank errors may have added. Null: uniform; conservative on sketches.
 * Source: Székely & Rizzo 2013; checked against SciPy's energy_distance.
 */
export const energy: DriftTest = {
  title: 'Energy distance',
  types: ['numeric'],
  minRows: 30,
  defaultFloor: 0.1,
  compare: (pair) =>
    compareGaps(pair, {
      minRows: energy.minRows,
      integral: (steps) => ({ weights: widths(steps), power: 2 }),
      statistic: (integral) => Math.sqrt(2 * integral),
      effect: (integral) => Math.min(Math.sqrt((2 * integral) / deviationOf(pair)), Number.MAX_VALUE),
    }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ energy: result.statistic, at: result.at ?? null }),
};
