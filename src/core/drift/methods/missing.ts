import { twoProportionTest } from '../../stats/tests/two-proportion.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { directionOf } from '../movement/direction.ts';

/**
 * Missing share: is the feature absent or null in more, or fewer, events?
 *
 * **Statistic** The current share of events without the feature; [0, 1].
 *
 * **Effect** |share₂ − share₁|; [0, 1]. Floor 0.02: two points.
 *
 * **Null** The pooled two-proportion z-test; Fisher's exact test when one of the four expected counts is below 5, where p is conservative.
 * Assumes independent rows. Without drift p ≤ 0.05 in 4.9 % of draws (10 % missing, 400 and 300 rows).
 *
 * **Honest from** 1 event a side. With an empty side the result is inconclusive (`insufficient_samples`).
 *
 * **Resolution** 0: events are counted, not sketched.
 *
 * **Source** The textbook test (`twoProportionTest`). Checked against `norm` and `fisher_exact` of SciPy 1.17.1 to 1e-9.
 *
 * @example
 * // A client release drops a field: 5 of 500 events lack it, then 20 of 400.
 * missing.compare(missingPair(5, 500, 20, 400), 'calibrated');
 * // { statistic: 0.05, effect: 0.04, pValue: 0.0002851, method: 'z' }
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
  const { pValue, method } = twoProportionTest({ k: pair.referenceMissing, n }, { k: pair.currentMissing, n: m });
  const share = pair.currentMissing / m;
  const difference = share - pair.referenceMissing / n;
  return {
    statistic: share,
    effect: Math.abs(difference),
    pValue,
    resolution: 0,
    nReference: n,
    nCurrent: m,
    method,
    direction: directionOf(difference),
  };
}
