import type { Proportion } from '../../stats/tests/fisher.ts';
import { twoProportionTest } from '../../stats/tests/two-proportion.ts';
import { cannotSay, type DriftTest, type FeaturePair, type Side, type TestResult } from '../drift-test.ts';
import { directionOf } from '../movement/direction.ts';

/**
 * Type mismatch: are there more, or fewer, texts among the numbers, or numbers among the texts?
 *
 * **Statistic** The current share of values of the wrong type; [0, 1]. The reference decides which type is right.
 *
 * **Effect** |share₂ − share₁|; [0, 1]. Floor 0.02: two points.
 *
 * **Null** The pooled two-proportion z-test; Fisher's exact test when one of the four expected counts is below 5, where p is conservative.
 * Assumes independent rows. Without drift p ≤ 0.05 in 5.3 % of draws (10 % of a wrong type, 500 and 300 rows).
 *
 * **Honest from** 1 value a side. With an empty side the result is inconclusive (`insufficient_samples`). It applies only where either
 * window has a value of the wrong type.
 *
 * **Resolution** 0: values are counted, not sketched.
 *
 * **Source** The textbook test (`twoProportionTest`). Checked against `norm` and `fisher_exact` of SciPy 1.17.1 to 1e-9.
 *
 * @example
 * // A client starts to send amounts with a decimal comma, as texts.
 * const amounts = numbers(Array.from({ length: 180 }, (_, i) => i));
 * const current = { ...amounts, ...categories([['12,50', 20]]) };
 * typeMismatch.compare(pairOf('numeric', amounts, current), 'calibrated');
 * // { statistic: 0.1, effect: 0.1, pValue: 0.00001307, method: 'z' }
 */
export const typeMismatch: DriftTest = {
  title: 'Type mismatch',
  types: ['numeric', 'categorical'],
  minRows: 1,
  defaultFloor: 0.02,
  appliesTo: (pair) => mismatches(pair, 'reference').k + mismatches(pair, 'current').k > 0,
  compare: compareTypes,
  wire: (result) => ({ mismatch_share: result.statistic }),
};

function compareTypes(pair: FeaturePair): TestResult {
  const [reference, current] = [mismatches(pair, 'reference'), mismatches(pair, 'current')];
  const [nReference, nCurrent] = [reference.n, current.n];
  if (Math.min(nReference, nCurrent) < typeMismatch.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { pValue, method } = twoProportionTest(reference, current);
  const share = current.k / nCurrent;
  const difference = share - reference.k / nReference;
  return {
    statistic: share,
    effect: Math.abs(difference),
    pValue,
    resolution: 0,
    nReference,
    nCurrent,
    method,
    direction: directionOf(difference),
  };
}

/** Values of the wrong type among all values. */
function mismatches(pair: FeaturePair, side: Side): Proportion {
  const [numbers, texts] = [pair[side].numeric?.moments.n ?? 0, pair[side].categories?.n ?? 0];
  return { k: pair.type === 'numeric' ? texts : numbers, n: numbers + texts };
}
