import { totalVariation } from '../../stats/distances/total-variation.ts';
import { compareShares } from '../bins/compare-shares.ts';
import type { DriftTest } from '../drift-test.ts';

/**
 * Total variation distance: the share of rows that would have to change their cell.
 *
 * ½ Σ |r − c| over categories or the reference's quantile bins, ½ added to every cell.
 *
 * Effect: the distance, [0, 1]. Floor: .1. Smallest honest n: 10 rows a cell on both sides. Resolution: as psi.
 * Null: it has no law of its own that is simple; the evidence is Pearson's χ² of the same cells, uniform where that is.
 * Source: Gibbs & Su 2002; checked against NumPy.
 */
export const tvd: DriftTest = {
  title: 'Total variation distance',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: (pair) => compareShares(pair, { statistic: totalVariation }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ tvd: result.statistic }),
};
