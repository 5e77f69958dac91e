import { gTest } from '../../stats/tests/g-test.ts';
import { chiSquaredHomogeneity } from '../../stats/tests/homogeneity.ts';
import { contingencyTable, largestShift, rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * G-test: the likelihood ratio of "the same shares" against "shares of their own".
 *
 * G = 2 Σ O ln(O/E) over the 2×K table that `chi2` uses, rare categories pooled as there.
 *
 * Effect: Cramér's V, bias-corrected, [0, 1]. Floor: .1. Smallest honest n: 20 on both sides. Resolution: 0.
 * Null: close to uniform, after Williams' correction.
 * Source: Woolf 1957; checked against SciPy's chi2_contingency(lambda_='log-likelihood').
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
  const cells = contingencyTable(pair);
  if (cells === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { statistic, df, correctedPValue } = gTest(cells.reference, cells.current);
  const method = cells.exactPValue === undefined ? `chi2(${df}), Williams` : 'Fisher';
  const effect = chiSquaredHomogeneity(cells.reference, cells.current).cramersV;
  const evidence = { statistic, pValue: cells.exactPValue ?? correctedPValue, method };
  return { ...evidence, effect, resolution: 0, nReference, nCurrent, at: largestShift(cells) };
}
