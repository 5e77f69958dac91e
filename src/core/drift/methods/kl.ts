import { kullbackLeibler } from '../../stats/distances/kullback-leibler.ts';
import { compareShares } from '../bins/compare-shares.ts';
import type { DriftTest } from '../drift-test.ts';

/**
 * Kullback–Leibler divergence, reference from current: the surprise of somebody who expects the current shares and gets the
 * reference's.
 *
 * KL(reference ‖ current) = Σ r ln(r/c), in nats, over categories or the reference's quantile bins, ½ added to every cell, both
 * sides renormalised. The other direction is another number: the wire names this one.
 *
 * Effect: KL, from 0. Floor: .1. Smallest honest n: 10 rows a cell on both sides. Resolution: as psi. Not symmetric.
 * Null: 2·KL / (1/n + 1/m) is about χ²_{B−1}; on sketches, and where Fisher's test stands in, conservative.
 * Source: Kullback & Leibler 1951; checked against SciPy's entropy.
 */
export const kl: DriftTest = {
  title: 'Kullback–Leibler divergence',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: (pair) => compareShares(pair, { statistic: kullbackLeibler, chiSquared: (divergence) => 2 * divergence }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ kl_divergence: result.statistic, direction: 'reference || current' }),
};
