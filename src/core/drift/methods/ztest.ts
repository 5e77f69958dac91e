import { twoProportionTest } from '../../stats/tests/two-proportion.ts';
import { rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { hasTwoValues, twoValues } from './two-values.ts';

/**
 * Two-proportion z-test: has the share of one of two values moved?
 *
 * z = (share₂ − share₁) / √(p(1−p)(1/n+1/m)), p the pooled share, of the value that is second in order of name.
 *
 * Effect: |difference of the shares|, [0, 1]. Floor: .05. Smallest honest n: 20 on both sides, and an expected count of 5 in
 * each of the four cells; below that `fisher` can say. Resolution: 0. Null: close to uniform, in steps of the counts.
 * Source: the textbook test; checked against SciPy's norm, and equal to `chi2` of two categories.
 */
export const ztest: DriftTest = {
  title: 'Two-proportion z-test',
  types: ['categorical'],
  minRows: 20,
  defaultFloor: 0.05,
  appliesTo: hasTwoValues,
  compare: compareProportions,
  wire: (result) => ({ z: result.statistic, at: result.at ?? null }),
};

function compareProportions(pair: FeaturePair): TestResult {
  const two = twoValues(pair);
  const [nReference, nCurrent] = rowsOf(pair);
  if (two === undefined || Math.min(nReference, nCurrent) < ztest.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { statistic, pValue, method } = twoProportionTest(two.kReference, nReference, two.kCurrent, nCurrent);
  if (method !== 'z') return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const effect = Math.abs(two.kCurrent / nCurrent - two.kReference / nReference);
  return { statistic, effect, pValue, resolution: 0, nReference, nCurrent, method: 'normal', at: two.value };
}
