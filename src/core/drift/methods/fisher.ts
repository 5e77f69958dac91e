import { fisherExact } from '../../stats/tests/fisher.ts';
import { rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { hasTwoValues, twoValues } from './two-values.ts';

/**
 * Fisher's exact test: has the share of one of two values moved, however few the rows?
 *
 * The statistic is the current share of the value that is second in order of name; p sums every table with the same margins
 * that is no likelier than the one seen.
 *
 * Effect: |difference of the shares|, [0, 1]. Floor: .05. Smallest honest n: 1. Resolution: 0. Null: conservative.
 * Source: Fisher 1934; checked against SciPy's fisher_exact.
 */
export const fisher: DriftTest = {
  title: 'Fisher’s exact test',
  types: ['categorical'],
  minRows: 1,
  defaultFloor: 0.05,
  appliesTo: hasTwoValues,
  compare: compareExactly,
  wire: (result) => ({ share: result.statistic, at: result.at ?? null }),
};

function compareExactly(pair: FeaturePair): TestResult {
  const two = twoValues(pair);
  const [nReference, nCurrent] = rowsOf(pair);
  if (two === undefined || Math.min(nReference, nCurrent) < fisher.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const pValue = fisherExact(two.kReference, nReference, two.kCurrent, nCurrent);
  const share = two.kCurrent / nCurrent;
  const effect = Math.abs(share - two.kReference / nReference);
  return { statistic: share, effect, pValue, resolution: 0, nReference, nCurrent, method: 'Fisher', at: two.value };
}
