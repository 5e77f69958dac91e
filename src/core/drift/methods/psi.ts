import { populationStability } from '../../stats/distances/population-stability.ts';
import { alignCategories } from '../bins/align-categories.ts';
import { binNames, countInBins, quantileBins } from '../bins/bins.ts';
import { compareShares, type ShareMeasure } from '../bins/compare-shares.ts';
import { rowsOf } from '../bins/contingency-table.ts';
import { liveCategories, liveCounts } from '../bins/live-counts.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

const BINS = 10;
const CLIP = 1e-6;

/**
 * Population stability index: how far the shares of categories, or of the reference's deciles, have moved.
 *
 * Σ (c − r) ln(c/r). Calibrated: ½ is added to every cell; rare categories are pooled (`poolForChiSquared`); the p-value is that of
 * PSI / (1/n + 1/m) under χ²_{B−1}. Classic: categories as they are, shares clipped at 10⁻⁶, drift above the floor.
 * Missing values have their own test and are no cell here.
 *
 * Effect: PSI, from 0. Floor: .1 (`PSI_MAX` for streams). Smallest honest n: 10 rows a cell on both sides (20 for categories,
 * 100 for ten bins); 1 under classic. Resolution: 0 for categories; for bins what both sketches' mass errors can do (99 %).
 * Null: close to uniform; on sketches, and where Fisher's test stands in for rare categories, conservative.
 * Source: Siddiqi 2006; Yurdakul 2018; checked against NumPy and against the replaced system.
 */
export const psi: DriftTest = {
  title: 'Population stability index',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: (pair, policy) => (policy === 'classic' ? compareClipped(pair) : compareShares(pair, PSI)),
  isClassicDrift: (result, floor) => (result.statistic ?? 0) > floor,
  wire: (result) => ({ psi: result.statistic, live_counts: result.currentCounts ?? {} }),
};

const PSI: ShareMeasure = { statistic: populationStability, chiSquared: (index) => index };

function compareClipped(pair: FeaturePair): TestResult {
  const [nReference, nCurrent] = rowsOf(pair);
  const cells = nReference > 0 && nCurrent > 0 ? plainCells(pair) : undefined;
  if (cells === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const index = populationStability(clippedShares(cells.reference), clippedShares(cells.current));
  const { currentCounts } = cells;
  const numbers = { statistic: index, effect: index, pValue: null, resolution: 0, nReference, nCurrent };
  return { ...numbers, method: 'shares clipped at 1e-6', currentCounts };
}

function plainCells({ type, reference, current }: FeaturePair) {
  if (type !== 'numeric') {
    if (reference.categories === undefined || current.categories === undefined) return undefined;
    const currentCounts = liveCategories(current.categories);
    return { ...alignCategories(reference.categories, current.categories), currentCounts };
  }
  if (reference.numeric === undefined || current.numeric === undefined) return undefined;
  const bins = quantileBins(reference.numeric.sketch.weighted(), BINS);
  const counts = countInBins(current.numeric.sketch.weighted(), bins);
  return {
    reference: countInBins(reference.numeric.sketch.weighted(), bins),
    current: counts,
    currentCounts: liveCounts(binNames(bins).map((name, i) => [name, counts[i] as number])),
  };
}

/** As Intent Drift Guard does: clipped from below, and not renormalised. */
function clippedShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.max(CLIP, count / total));
}
