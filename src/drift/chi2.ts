import { chiSquaredHomogeneity } from '../stats/homogeneity.ts';
import { categoryCells } from './category-cells.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from './drift-test.ts';
import { testableCells } from './testable-cells.ts';

const FLOOR = 0.1;

/**
 * Pearson's χ² of homogeneity: are the categories of both windows drawn from the same shares?
 *
 * A 2×K table without Yates' correction; categories whose expected count is below 5 are pooled (`testableCells`). The reference
 * is a sample like the current window: taken as exact, it would give 36 % false alarms at a nominal 5 %.
 *
 * Effect: Cramér's V, bias-corrected, [0, 1]. Floor: .1. Smallest honest n: 20 on both sides. Resolution: 0.
 * Null: close to uniform; Fisher's exact test, which is conservative, where all but one category are rare.
 * Source: Pearson 1900; Cochran 1954; Bergsma 2013; checked against SciPy's chi2_contingency(correction=False).
 */
export const chi2: DriftTest = {
  kinds: ['categorical'],
  compare: compareTable,
  floor: () => FLOOR,
  wire: (result) => ({ chi2: result.statistic }),
};

function compareTable(pair: FeaturePair): TestResult {
  const [reference, current] = [pair.reference.categories, pair.current.categories];
  const [nReference, nCurrent] = [reference?.n ?? 0, current?.n ?? 0];
  const all = reference && current && categoryCells(reference, current);
  const cells = all && testableCells(all.reference, all.current);
  if (cells === undefined) return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { statistic, df, pValue, cramersV } = chiSquaredHomogeneity(cells.reference, cells.current);
  const method = cells.exactPValue === undefined ? `chi2(${df})` : 'Fisher';
  const evidence = { statistic, pValue: cells.exactPValue ?? pValue, method };
  return { ...evidence, effect: cramersV, resolution: 0, nReference, nCurrent };
}
