import { chiSquaredSurvival } from '../distributions/chi-squared.ts';
import { chiSquaredHomogeneity, type Homogeneity } from './homogeneity.ts';

/**
 * Pearson's χ² of a 2×K table with Yates' correction for K = 2: every count is moved by up to ½ toward its expected count.
 *
 * @param reference - counts per category, not negative
 * @param current - counts per category, in the same order
 * @returns as `chiSquaredHomogeneity`; V is that of the uncorrected statistic
 * @throws RangeError when the numbers of columns differ
 * Null: χ²_{K−1}, conservative for K = 2. Source: Yates 1934; checked against SciPy's chi2_contingency.
 *
 * @example chiSquaredYates([700, 300], [500, 500]).statistic // 82.50208333333333
 */
export function chiSquaredYates(reference: readonly number[], current: readonly number[]): Homogeneity {
  const plain = chiSquaredHomogeneity(reference, current);
  if (plain.df !== 1) return plain;
  const [n, m] = [reference, current].map((side) => side.reduce((sum, count) => sum + count, 0)) as [number, number];
  let statistic = 0;
  reference.forEach((count, i) => {
    const total = count + (current[i] as number);
    if (total === 0) return;
    const expected = (total * n) / (n + m);
    const gap = Math.abs(count - expected);
    statistic += (gap - Math.min(0.5, gap)) ** 2 * (1 / expected + 1 / (total - expected));
  });
  return { ...plain, statistic, pValue: chiSquaredSurvival(statistic, 1) };
}
