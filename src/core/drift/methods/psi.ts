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
 * Population stability index: how far the shares of the categories, or of the reference's deciles, have moved.
 *
 * **Statistic** PSI = Σ (c − r) ln(c/r), r and c the shares of reference and current; in nats, from 0. Half a row is added to every count,
 * so an empty one stays finite. Under the classic policy categories are taken as they are and shares are clipped at 10⁻⁶. Missing values
 * are not a category here; `missing` compares them.
 *
 * **Effect** PSI itself. Floor 0.1, the usual limit of a small change; 0.25 is usually called large (`PSI_MAX` for streams).
 *
 * **Null** PSI / (1/n + 1/m) is about χ² with B − 1 degrees of freedom, B the number of categories or bins. Assumes independent rows.
 * Where only one category is frequent enough, the p-value is that of Fisher's exact test. On sketches, and with Fisher's test, p is
 * conservative. Without drift p ≤ 0.05 in 5.2 % of draws (three categories, 300 and 710 rows).
 *
 * **Honest from** 20 rows a side for categories, and 10 rows per bin for numbers: 100 for ten deciles. Below it the result is inconclusive
 * (`insufficient_samples`). Categories are pooled until each has an expected count of 5 in the smaller window and there is at most one for
 * 10 of its rows. Under the classic policy: 1 row, without a p-value.
 *
 * **Resolution** 0 for categories and for exact sketches (up to 2,048 values a side). Beyond, every bin is moved by both mass errors
 * (0.0018 a side): toward the reference for the p-value, away from it as well for the resolution, the larger change of the effect (99 %).
 *
 * **Source** Siddiqi 2006; Yurdakul 2018. Checked against NumPy 2.4.6 to 1e-9; the classic rule also against the replaced system.
 *
 * @example
 * // Payments by method: cash gives way to vouchers.
 * const reference = [['card', 600], ['cash', 300], ['voucher', 100]];
 * const current = [['card', 200], ['cash', 60], ['voucher', 60]];
 * psi.compare(categoricalPair(reference, current), 'calibrated');
 * // { statistic: 0.1084, effect: 0.1084, pValue: 0.000001976, method: '+1/2 per cell, chi2(2)', at: 'cash' }
 */
export const psi: DriftTest = {
  title: 'Population stability index',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  criticalEffect: 0.25,
  compare: (pair, policy) => (policy === 'classic' ? compareClipped(pair) : compareShares(pair, PSI)),
  isClassicDrift: (result, floor) => (result.statistic ?? 0) > floor,
  wire: (result) => ({ psi: result.statistic, live_counts: result.currentCounts ?? {} }),
};

const PSI: ShareMeasure = { statistic: populationStability, chiSquared: (index) => index };

function compareClipped(pair: FeaturePair): TestResult {
  const [nReference, nCurrent] = rowsOf(pair);
  const counts = nReference > 0 && nCurrent > 0 ? alignedCounts(pair) : undefined;
  if (counts === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const index = populationStability(clippedShares(counts.reference), clippedShares(counts.current));
  const { currentCounts } = counts;
  const numbers = { statistic: index, effect: index, pValue: null, resolution: 0, nReference, nCurrent };
  return { ...numbers, method: 'shares clipped at 1e-6', currentCounts };
}

function alignedCounts({ type, reference, current }: FeaturePair) {
  if (type !== 'numeric') {
    if (reference.categories === undefined || current.categories === undefined) return undefined;
    const currentCounts = liveCategories(current.categories);
    return { ...alignCategories(reference.categories, current.categories), currentCounts };
  }
  if (reference.numeric === undefined || current.numeric === undefined) return undefined;
  const bins = quantileBins(reference.numeric.sketch.weighted(), BINS);
  const inBins = countInBins(current.numeric.sketch.weighted(), bins);
  return {
    reference: countInBins(reference.numeric.sketch.weighted(), bins),
    current: inBins,
    currentCounts: liveCounts(binNames(bins).map((name, i) => [name, inBins[i] as number])),
  };
}

/** Clipped from below and not renormalized, as in Intent Drift Guard. */
function clippedShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.max(CLIP, count / total));
}
