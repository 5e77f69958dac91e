import { chebyshev } from '../../stats/distances/chebyshev.ts';
import { compareShares } from '../bins/compare-shares.ts';
import type { DriftTest } from '../drift-test.ts';

/**
 * L∞ (Chebyshev) distance: the largest change of a single share.
 *
 * **Statistic** max |r − c|, r and c the shares of the categories or of the reference's deciles; no unit, [0, 1]. Half a row is added to
 * every count. `at` names the category or bin.
 *
 * **Effect** The distance itself. Floor 0.1: one category or bin gained or lost ten points. Blind to many small changes.
 *
 * **Null** The distance has no simple law, so p is that of Pearson's χ² test of the same counts, with B − 1 degrees of freedom, B the
 * number of categories or bins. Assumes independent rows. Where only one category is frequent enough, the p-value is that of Fisher's
 * exact test. On sketches, and with Fisher's test, p is conservative. Without drift p ≤ 0.05 in 5.1 % of draws (three categories, 300 and
 * 710 rows).
 *
 * **Honest from** 20 rows a side for categories, and 10 rows per bin for numbers: 100 for ten deciles. Below it the result is inconclusive
 * (`insufficient_samples`). Categories are pooled until each has an expected count of 5 in the smaller window and there is at most one for
 * 10 of its rows.
 *
 * **Resolution** 0 for categories and for exact sketches (up to 2,048 values a side). Beyond, every bin is moved by both mass errors
 * (0.0018 a side): toward the reference for the p-value, away from it as well for the resolution, the larger change of the effect (99 %).
 *
 * **Source** As in TensorFlow Data Validation and NannyML. Checked against NumPy 2.4.6 to 1e-9.
 *
 * @example
 * // Payments by method: cash gives way to vouchers.
 * const reference = [['card', 600], ['cash', 300], ['voucher', 100]];
 * const current = [['card', 200], ['cash', 60], ['voucher', 60]];
 * linf.compare(categoricalPair(reference, current), 'calibrated');
 * // { statistic: 0.1119, effect: 0.1119, pValue: 0.000001506, method: '+1/2 per cell, chi2(2)', at: 'cash' }
 */
export const linf: DriftTest = {
  title: 'L-infinity distance',
  types: ['numeric', 'categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: (pair) => compareShares(pair, { statistic: chebyshev }),
  isClassicDrift: (result, floor) => (result.effect ?? 0) >= floor,
  wire: (result) => ({ l_infinity: result.statistic }),
};
