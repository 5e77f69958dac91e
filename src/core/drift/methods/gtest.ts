import { gTest } from '../../stats/tests/g-test.ts';
import { chiSquaredHomogeneity } from '../../stats/tests/homogeneity.ts';
import { contingencyTable, largestShift, rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * G-test of homogeneity: `chi2` by the likelihood ratio.
 *
 * **Statistic** G = 2 Σ O ln(O/E) over the 2×K table of counts that `chi2` uses; no unit, from 0.
 *
 * **Effect** Cramér's V, bias-corrected; [0, 1], as for `chi2`. Floor 0.1, which Cohen calls small.
 *
 * **Null** G/q is about χ² with K − 1 degrees of freedom, q Williams' correction: without it many categories near an expected count of 5
 * give 7 % at a nominal 5 %. Assumes independent rows. Where only one category is frequent enough, the p-value is that of Fisher's exact
 * test, which is conservative. Without drift p ≤ 0.05 in 5.3 % of draws (three categories, 300 and 710 rows).
 *
 * **Honest from** 20 rows a side. Below it the result is inconclusive (`insufficient_samples`). Categories are pooled as for `chi2`.
 *
 * **Resolution** 0: categories are counted, not sketched.
 *
 * **Source** Wilks 1938; Williams 1976. Checked against `chi2_contingency(lambda_='log-likelihood')` of SciPy 1.17.1 to 1e-9.
 *
 * @example
 * // Payments by method: cash gives way to vouchers.
 * const reference = [['card', 600], ['cash', 300], ['voucher', 100]];
 * const current = [['card', 200], ['cash', 60], ['voucher', 60]];
 * gtest.compare(categoricalPair(reference, current), 'calibrated');
 * // { statistic: 26.35, effect: 0.1372, pValue: 0.000001992, method: 'chi2(2), Williams', at: 'cash' }
 */
export const gtest: DriftTest = {
  title: 'G-test',
  types: ['categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: compareTable,
  wire: (result) => ({ g: result.statistic }),
};

function compareTable(pair: FeaturePair): TestResult {
  const [nReference, nCurrent] = rowsOf(pair);
  const table = contingencyTable(pair);
  if (table === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { statistic, df, correctedPValue } = gTest(table.reference, table.current);
  const method = table.exactPValue === undefined ? `chi2(${df}), Williams` : 'Fisher';
  const effect = chiSquaredHomogeneity(table.reference, table.current).cramersV;
  const evidence = { statistic, pValue: table.exactPValue ?? correctedPValue, method };
  return { ...evidence, effect, resolution: 0, nReference, nCurrent, ...largestShift(table) };
}
