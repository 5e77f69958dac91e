import { twoProportionTest } from '../../stats/tests/two-proportion.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * Missing share: does the feature lack in more, or fewer, events than it used to?
 *
 * Absent and null are both missing. The pooled two-proportion z-test; Fisher's exact test when an expected count is below 5, so
 * that 0 against a few is judged rightly.
 *
 * Statistic: the current share. Effect: |difference of the shares|, [0, 1]. Floor: .02. Smallest honest n: 1. Resolution: 0.
 * Null: close to uniform at large counts, conservative at small ones.
 * Source: `twoProportionTest`; checked against SciPy's fisher_exact and norm.
 */
export const missing: DriftTest = {
  title: 'Missing share',
  types: ['numeric', 'categorical', 'identifier'],
  minRows: 1,
  defaultFloor: 0.02,
  compare: compareMissing,
  wire: (result) => ({ missing_share: result.statistic }),
};

function compareMissing(pair: FeaturePair): TestResult {
  const [n, m] = [pair.referenceEvents, pair.currentEvents];
  if (n === 0 || m === 0) return cannotSay(n, m, 'insufficient_samples');
  const { pValue, method } = twoProportionTest(pair.referenceMissing, n, pair.currentMissing, m);
  const share = pair.currentMissing / m;
  const effect = Math.abs(share - pair.referenceMissing / n);
  return { statistic: share, effect, pValue, resolution: 0, nReference: n, nCurrent: m, method };
}
