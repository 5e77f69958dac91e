import { chebyshev } from '../../stats/distances/chebyshev.ts';
import { compareShares } from '../bins/compare-shares.ts';
import type { DriftTest } from '../drift-test.ts';

/**
 * L∞ distance: the largest move of a single share, and whose it is.
 *
 * max |r − c| over categories or the reference's quantile bins, ½ added to every cell.
 *
 * Effect: the distance, [0, 1]. Floor: .1. Smallest honest n: 10 rows a cell on both sides. Resolution: as psi.
 * Null: no simple law of its own; the evidence is Pearson's χ² of the same cells.
 * Source: as in NannyML and TensorFlow Data Validation; checked against NumPy.
 */
export const linf: DriftTest = {
  title: 'L-infinity distance',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: (pair) => compareShares(pair, { statistic: chebyshev }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ l_infinity: result.statistic, at: result.at ?? null }),
};
