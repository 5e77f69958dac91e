import { twoProportionTest } from '../../stats/tests/two-proportion.ts';
import { rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { directionOf } from '../movement/direction.ts';
import { hasTwoValues, twoValues } from './two-values.ts';

/**
 * Two-proportion z-test: has the share of one of two values moved?
 *
 * **Statistic** z = (share₂ − share₁) / √(p(1 − p)(1/n + 1/m)), p the pooled share, of the value that is second in order of name (`at`);
 * in standard errors, positive when the current share is larger.
 *
 * **Effect** |share₂ − share₁|; [0, 1]. Floor 0.05: five points.
 *
 * **Null** Standard normal; z² is the statistic of `chi2` for two categories. Assumes independent rows. Without drift p ≤ 0.05 in 4.8 % of
 * draws (two categories, 300 and 710 rows).
 *
 * **Honest from** 20 rows a side, and an expected count of 5 in each of the four cells. Below it the result is inconclusive
 * (`insufficient_samples`); `fisher` can answer.
 *
 * **Resolution** 0: categories are counted, not sketched.
 *
 * **Source** The textbook test. Checked against `norm` and `chi2_contingency(correction=False)` of SciPy 1.17.1 to 1e-9.
 *
 * @example
 * // Refunded orders: 5 % of them, then 15 %.
 * const reference = [['no', 950], ['yes', 50]];
 * const current = [['no', 170], ['yes', 30]];
 * ztest.compare(categoricalPair(reference, current), 'calibrated');
 * // { statistic: 5.175, effect: 0.1, pValue: 2.273e-7, method: 'normal', at: 'yes' }
 */
export const ztest: DriftTest = {
  title: 'Two-proportion z-test',
  types: ['categorical'],
  minRows: 20,
  defaultFloor: 0.05,
  appliesTo: hasTwoValues,
  compare: compareProportions,
  wire: (result) => ({ z: result.statistic }),
};

function compareProportions(pair: FeaturePair): TestResult {
  const two = twoValues(pair);
  const [nReference, nCurrent] = rowsOf(pair);
  if (two === undefined || Math.min(nReference, nCurrent) < ztest.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { statistic, pValue, method } = twoProportionTest(two.reference, two.current);
  if (method !== 'z') return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const difference = two.current.k / nCurrent - two.reference.k / nReference;
  return {
    statistic,
    effect: Math.abs(difference),
    pValue,
    resolution: 0,
    nReference,
    nCurrent,
    method: 'normal',
    at: two.value,
    direction: directionOf(difference),
  };
}
