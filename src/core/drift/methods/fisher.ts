import { fisherExact } from '../../stats/tests/fisher.ts';
import { rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { directionOf } from '../movement/direction.ts';
import { hasTwoValues, twoValues } from './two-values.ts';

/**
 * Fisher's exact test: has the share of one of two values moved, however few the rows?
 *
 * **Statistic** The current share of the value that is second in order of name (`at`); [0, 1].
 *
 * **Effect** |share₂ − share₁|; [0, 1]. Floor 0.05: five points.
 *
 * **Null** Exact: the hypergeometric probability of every table with the same margins that is at most as likely as the observed one.
 * Assumes independent rows; conservative, because counts come in steps. Without drift p ≤ 0.05 in 4.3 % of draws (two categories, 300 and
 * 710 rows).
 *
 * **Honest from** 1 row a side. With an empty side the result is inconclusive (`insufficient_samples`).
 *
 * **Resolution** 0: categories are counted, not sketched.
 *
 * **Source** Fisher 1934. Checked against `fisher_exact` of SciPy 1.17.1 to 1e-9.
 *
 * @example
 * // Refunded orders: 5 of 100, then 4 of 10. Ten rows are too few for `ztest`.
 * const reference = [['no', 95], ['yes', 5]];
 * const current = [['no', 6], ['yes', 4]];
 * fisher.compare(categoricalPair(reference, current), 'calibrated');
 * // { statistic: 0.4, effect: 0.35, pValue: 0.003625, method: 'Fisher', at: 'yes' }
 */
export const fisher: DriftTest = {
  title: 'Fisher’s exact test',
  types: ['categorical'],
  minRows: 1,
  defaultFloor: 0.05,
  appliesTo: hasTwoValues,
  compare: compareExactly,
  wire: (result) => ({ current_share: result.statistic }),
};

function compareExactly(pair: FeaturePair): TestResult {
  const two = twoValues(pair);
  const [nReference, nCurrent] = rowsOf(pair);
  if (two === undefined || Math.min(nReference, nCurrent) < fisher.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const pValue = fisherExact(two.reference, two.current);
  const share = two.current.k / nCurrent;
  const difference = share - two.reference.k / nReference;
  return {
    statistic: share,
    effect: Math.abs(difference),
    pValue,
    resolution: 0,
    nReference,
    nCurrent,
    method: 'Fisher',
    at: two.value,
    direction: directionOf(difference),
  };
}
