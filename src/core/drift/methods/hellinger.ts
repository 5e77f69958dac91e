import { hellinger } from '../../stats/distances/hellinger.ts';
import { compareShares } from '../bins/compare-shares.ts';
import type { DriftTest } from '../drift-test.ts';

/**
 * Hellinger distance: the Euclidean distance between the square roots of the shares.
 *
 * **Statistic** H = ‖√r − √c‖ / √2, r and c the shares of the categories or of the reference's deciles; no unit, [0, 1]. Half a row is
 * added to every count.
 *
 * **Effect** H itself: 0 when equal, near 1 when no category is in common. Rare categories count more than in `tvd`. Floor 0.1, as for
 * `js`, to which it is close.
 *
 * **Null** 8·H² / (1/n + 1/m) is about χ² with B − 1 degrees of freedom, B the number of categories or bins. Assumes independent rows.
 * Where only one category is frequent enough, the p-value is that of Fisher's exact test. On sketches, and with Fisher's test, p is
 * conservative. Without drift p ≤ 0.05 in 5.2 % of draws (three categories, 300 and 710 rows).
 *
 * **Honest from** 20 rows a side for categories, and 10 rows per bin for numbers: 100 for ten deciles. Below it the result is inconclusive
 * (`insufficient_samples`). Categories are pooled until each has an expected count of 5 in the smaller window and there is at most one for
 * 10 of its rows.
 *
 * **Resolution** 0 for categories and for exact sketches (up to 2,048 values a side). Beyond, every bin is moved by both mass errors
 * (0.0018 a side): toward the reference for the p-value, away from it as well for the resolution, the larger change of the effect (99 %).
 *
 * **Source** Hellinger 1909; Beran 1977. Checked against NumPy 2.4.6 to 1e-9.
 *
 * @example
 * // Payments by method: cash gives way to vouchers.
 * const reference = [['card', 600], ['cash', 300], ['voucher', 100]];
 * const current = [['card', 200], ['cash', 60], ['voucher', 60]];
 * hellingerTest.compare(categoricalPair(reference, current), 'calibrated');
 * // { statistic: 0.116, effect: 0.116, pValue: 0.000002147, method: '+1/2 per cell, chi2(2)', at: 'cash' }
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
