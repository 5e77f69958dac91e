import { jensenShannonDivergence } from '../../stats/distances/jensen-shannon.ts';
import { compareShares } from '../bins/compare-shares.ts';
import type { DriftTest } from '../drift-test.ts';

/**
 * Jensen–Shannon: how well one could tell, from one value, which window it came from.
 *
 * JSD = ½ Σ r ln(r/m) + ½ Σ c ln(c/m), m = (r + c)/2, over categories or the reference's quantile bins, ½ added to every cell.
 * The distance is √JSD with logarithms to base 2, so that two windows without a common cell are 1 apart.
 *
 * Effect: the distance, [0, 1]. Floor: .1. Smallest honest n: 10 rows a cell on both sides. Resolution: as psi.
 * Null: 8·JSD / (1/n + 1/m) is about χ²_{B−1}; on sketches, and where Fisher's test stands in, conservative.
 * Source: Lin 1991; Endres & Schindelin 2003; checked against SciPy's distance.jensenshannon.
 */
export const js: DriftTest = {
  title: 'Jensen–Shannon distance',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: (pair) =>
    compareShares(pair, {
      statistic: jensenShannonDivergence,
      effect: (divergence) => Math.sqrt(divergence / Math.LN2),
      chiSquared: (divergence) => 8 * divergence,
    }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ js_distance: result.effect, js_divergence: result.statistic }),
};
