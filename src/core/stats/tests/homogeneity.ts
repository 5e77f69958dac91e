import { chiSquaredSurvival } from '../distributions/chi-squared.ts';

/** The result of a χ² test of homogeneity. */
export interface Homogeneity {
  readonly statistic: number;
  readonly df: number;
  readonly pValue: number;
  /** Bias-corrected Cramér's V, [0, 1]: an effect size that does not depend on the number of rows. */
  readonly cramersV: number;
}

/**
 * Pearson's χ² test of homogeneity of a 2×K table, without Yates' correction.
 *
 * Columns that are empty on both sides are left out. V² = max(0, χ²/N − (K−1)/(N−1)) / min(K̃−1, 1), K̃ = K − (K−1)²/(N−1).
 *
 * @param reference - counts per category, not negative
 * @param current - counts per category, in the same order
 * @returns statistic 0, df 0, p 1, V 0 when fewer than two columns or either row is empty
 * @throws RangeError when the numbers of columns differ
 * Null: χ²_{K−1}; valid when each expected count is at least 5 (`poolRareCategories`).
 * Source: Pearson 1900; Bergsma 2013 for V; checked against SciPy's chi2_contingency(correction=False).
 *
 * @example chiSquaredHomogeneity([500, 300, 200], [90, 70, 40]).pValue // 0.3330693710470454
 */
export function chiSquaredHomogeneity(reference: readonly number[], current: readonly number[]): Homogeneity {
  if (reference.length !== current.length) {
    throw new RangeError(`chiSquaredHomogeneity: ${reference.length} columns against ${current.length}`);
  }
  const n = reference.reduce((sum, count) => sum + count, 0);
  const m = current.reduce((sum, count) => sum + count, 0);
  const columns = reference.map((count, i) => count + (current[i] as number)).filter((total) => total > 0).length;
  if (columns < 2 || n === 0 || m === 0) return { statistic: 0, df: 0, pValue: 1, cramersV: 0 };
  let statistic = 0;
  reference.forEach((count, i) => {
    const total = count + (current[i] as number);
    const expected = (total * n) / (n + m);
    if (total > 0) statistic += (count - expected) ** 2 * (1 / expected + 1 / (total - expected));
  });
  const df = columns - 1;
  return { statistic, df, pValue: chiSquaredSurvival(statistic, df), cramersV: cramersV(statistic, n + m, df) };
}

function cramersV(statistic: number, total: number, df: number): number {
  if (total <= 1) return 0;
  const bias = df / (total - 1);
  const columns = df + 1 - df ** 2 / (total - 1);
  const rows = 2 - 1 / (total - 1);
  const room = Math.min(columns, rows) - 1;
  return room > 0 ? Math.min(1, Math.sqrt(Math.max(0, statistic / total - bias) / room)) : 0;
}
