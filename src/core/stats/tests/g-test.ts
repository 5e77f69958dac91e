import { chiSquaredSurvival } from '../distributions/chi-squared.ts';

/**
 * The likelihood-ratio test of a 2×K table: G = 2 Σ O ln(O/E). Columns that are empty on both sides are left out.
 *
 * With many expected counts near 5, G is too large for its law (7 % at a nominal 5 % with 200 columns, measured). Williams' divisor
 * q = 1 + (N(1/n + 1/m) − 1)(N Σ 1/columnⱼ − 1) / (6N(K − 1)) corrects it.
 *
 * @param reference - counts per category, not negative
 * @param current - counts per category, in the same order
 * @returns G, degrees of freedom, its p-value, and that of G/q; 0, 0, 1 and 1 when fewer than two columns or either row is empty
 * @throws RangeError when the numbers of columns differ
 * Null: χ²_{K−1}, valid when each expected count is at least 5.
 * Source: Wilks 1938; Williams 1976; checked against SciPy's chi2_contingency(correction=False, lambda_='log-likelihood').
 *
 * @example gTest([500, 300, 200], [90, 70, 40]).df // 2
 */
export function gTest(reference: readonly number[], current: readonly number[]) {
  if (reference.length !== current.length) {
    throw new RangeError(`gTest: ${reference.length} columns against ${current.length}`);
  }
  const [n, m] = [sum(reference), sum(current)];
  const columns = reference.filter((count, i) => count + (current[i] as number) > 0).length;
  if (columns < 2 || n === 0 || m === 0) return { statistic: 0, df: 0, pValue: 1, correctedPValue: 1 };
  let [half, inverse] = [0, 0];
  reference.forEach((count, i) => {
    const total = count + (current[i] as number);
    if (total > 0) inverse += 1 / total;
    half += termOf(count, (total * n) / (n + m)) + termOf(current[i] as number, (total * m) / (n + m));
  });
  const statistic = Math.max(0, 2 * half);
  const [all, df] = [n + m, columns - 1];
  const q = 1 + ((all * (1 / n + 1 / m) - 1) * (all * inverse - 1)) / (6 * all * df);
  const correctedPValue = chiSquaredSurvival(statistic / q, df);
  return { statistic, df, pValue: chiSquaredSurvival(statistic, df), correctedPValue };
}

/** One term of G/2. */
function termOf(observed: number, expected: number): number {
  return observed === 0 ? 0 : observed * Math.log(observed / expected);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
