import { studentTSurvival } from '../distributions/student-t.ts';

/** Size, mean, and variance (ddof 1) of a sample. */
export interface SampleSummary {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/** Stands for an infinite t. */
const BEYOND = 1e300;

/**
 * Welch's t-test for the means of two samples with unequal variances, two-sided.
 *
 * t = (mean₁ − mean₂) / √(s₁²/n₁ + s₂²/n₂), degrees of freedom by Welch and Satterthwaite.
 *
 * @param reference - n from 2
 * @param current - n from 2
 * @returns statistic, degrees of freedom and p-value; two constant samples: p = 1 if they are equal, else p = 0 and |t| = 1e300
 * @throws RangeError when either n is below 2
 * Null: Student's t, close for samples that are nearly normal or large. Source: Welch 1947; checked against SciPy's
 * ttest_ind(equal_var=False).
 *
 * @example welchTest({ n: 10, mean: 1, variance: 4 }, { n: 20, mean: 0, variance: 1 }).df // 11.306938775510202
 */
export function welchTest(reference: SampleSummary, current: SampleSummary) {
  if (!(reference.n >= 2 && current.n >= 2)) throw new RangeError(`welchTest: n = ${reference.n} and ${current.n}`);
  const [a, b] = [reference.variance / reference.n, current.variance / current.n];
  const gap = reference.mean - current.mean;
  const df = a + b > 0 ? 1 / ((a / (a + b)) ** 2 / (reference.n - 1) + (b / (a + b)) ** 2 / (current.n - 1)) : 1;
  const t = gap === 0 ? 0 : a + b > 0 ? gap / Math.sqrt(a + b) : Math.sign(gap) * BEYOND;
  const statistic = Math.min(BEYOND, Math.max(-BEYOND, t));
  return { statistic, df, pValue: Math.min(1, 2 * studentTSurvival(Math.abs(statistic), df)) };
}
