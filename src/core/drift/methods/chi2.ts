import { chiSquaredHomogeneity } from '../../stats/tests/homogeneity.ts';
import { contingencyTable, largestShift, rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * Pearson's χ² of homogeneity: are the categories of both windows drawn from the same shares?
 *
 * A 2×K table without Yates' correction; categories whose expected count is below 5 are pooled (`poolForChiSquared`). The reference
 * is a sample like the current window: taken as exact, it would give 36 % false alarms at a nominal 5 %.
 *
 * Effect: Cramér's V, bias-corrected, [0, 1]. Floor: .1. Smallest honest n: 20 on both sides. Resolution: 0.
 * Null: close to uniform; Fisher's exact test, which is conservative, where all but one category are rare.
 * Source: Pearson 1900; Cochran 1954; Bergsma 2013; checked against SciPy's chi2_contingency(correction=False).
 */
export const chi2: DriftTest = {
  title: 'Chi-square',
  types: ['categorical'],
  minRows: 20,
  defaultFloor: 0.1,
  compare: compareTable,
  wire: (result) => ({ chi2: result.statistic }),
};

function compareTable(pair: FeaturePair): TestResult {
  const [nReference, nCurrent] = rowsOf(pair);
  const cells = contingencyTable(pair);
  if (cells === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { statistic, df, pValue, cramersV } = chiSquaredHomogeneity(cells.reference, cells.current);
  const method = cells.exactPValue === undefined ? `chi2(${df})` : 'Fisher';
  const evidence = { statistic, pValue: cells.exactPValue ?? pValue, method };
  return { ...evidence, effect: cramersV, resolution: 0, nReference, nCurrent, at: largestShift(cells) };
}
