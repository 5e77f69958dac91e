import { hellinger } from '../../stats/distances/hellinger.ts';
import { compareShares } from '../bins/compare-shares.ts';
import type { DriftTest } from '../drift-test.ts';

/**
 * Hellinger distance: the straight line between the roots of the shares.
 *
 * ‖√r − √c‖ / √2 over categories or the reference's quantile bins, ½ added to every cell.
 *
 * Effect: the distance, [0, 1]. Floor: .1. Smallest honest n: 10 rows a cell on both sides. Resolution: as psi.
 * Null: 8·H² / (1/n + 1/m) is about χ²_{B−1}; on sketches, and where Fisher's test stands in, conservative.
 * Source: Hellinger 1909; Beran 1977; checked against NumPy.
 */
export const hellingerTest: DriftTest = {
  title: 'Hellinger distance',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: (pair) => compareShares(pair, { statistic: hellinger, chiSquared: (distance) => 8 * distance ** 2 }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ hellinger: result.statistic }),
};
