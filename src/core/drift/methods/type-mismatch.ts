import { twoProportionTest } from '../../stats/tests/two-proportion.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * Share of values of the wrong type: texts among numbers, or numbers among texts.
 *
 * The two-proportion z-test, Fisher's exact one for small counts. Chosen by `auto` only where either window has any.
 *
 * Statistic: the current share. Effect: |difference of the shares|, [0, 1]. Floor: .02. Smallest honest n: 1. Resolution: 0.
 * Null: close to uniform at large counts, conservative at small ones.
 * Source: `twoProportionTest`; checked against SciPy's fisher_exact and norm.
 */
export const typeMismatch: DriftTest = {
  title: 'Type mismatch',
  types: ['numeric', 'categorical'],
  minRows: 1,
  defaultFloor: 0.02,
  appliesTo: (pair) => mismatches(pair, 'reference').wrong + mismatches(pair, 'current').wrong > 0,
  compare: compareTypes,
  wire: (result) => ({ mismatch_share: result.statistic }),
};

function compareTypes(pair: FeaturePair): TestResult {
  const [reference, current] = [mismatches(pair, 'reference'), mismatches(pair, 'current')];
  const [nReference, nCurrent] = [reference.n, current.n];
  if (Math.min(nReference, nCurrent) < typeMismatch.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { pValue, method } = twoProportionTest(reference.wrong, nReference, current.wrong, nCurrent);
  const share = current.wrong / nCurrent;
  const effect = Math.abs(share - reference.wrong / nReference);
  return { statistic: share, effect, pValue, resolution: 0, nReference, nCurrent, method };
}

function mismatches(pair: FeaturePair, side: 'reference' | 'current'): { wrong: number; n: number } {
  const [numbers, texts] = [pair[side].numeric?.moments.n ?? 0, pair[side].categories?.n ?? 0];
  return { wrong: pair.type === 'numeric' ? texts : numbers, n: numbers + texts };
}
