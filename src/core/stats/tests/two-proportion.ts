import { normalSurvival } from '../distributions/normal.ts';
import { type Alternative, fisherExact } from './fisher.ts';

/** Below this expected count in any of the four cells the normal approximation is not honest. */
const MIN_EXPECTED = 5;

export interface ProportionTest {
  /** (share₂ − share₁) / pooled standard error; 0 when both shares are 0 or both 1. */
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'z' | 'fisher';
}

/**
 * Do two samples have the same share of successes? The pooled two-proportion z-test, Fisher's exact test for small counts.
 *
 * z = (k₂/n₂ − k₁/n₁) / √(p(1−p)(1/n₁+1/n₂)), p = (k₁+k₂)/(n₁+n₂). When one of the four expected counts is below 5
 * (0 against 3, say) the p-value is Fisher's, which stays honest.
 *
 * @param k1 - successes of the first (reference) sample, a whole number 0 … n1
 * @param n1 - its size, from 1
 * @param k2 - successes of the second (current) sample
 * @param n2 - its size, from 1
 * @param alternative - `greater`: only a larger second share is evidence
 * @returns statistic, p-value and which of the two gave it
 * @throws RangeError when a size is 0 or a count is not a whole number within its size
 * Null: standard normal, or the hypergeometric law itself. Smallest honest n: 1.
 * Source: the textbook z-test; checked against scipy.stats (norm.sf, fisher_exact).
 *
 * @example twoProportionTest(300, 1000, 180, 500).pValue // 0.01885724376849529
 */
export function twoProportionTest(
  k1: number,
  n1: number,
  k2: number,
  n2: number,
  alternative: Alternative = 'two-sided',
): ProportionTest {
  if (!(n1 >= 1 && n2 >= 1)) throw new RangeError(`twoProportionTest: sizes must be at least 1, got ${n1} and ${n2}`);
  const pooled = (k1 + k2) / (n1 + n2);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  const statistic = error > 0 ? (k2 / n2 - k1 / n1) / error : 0;
  if (Math.min(pooled, 1 - pooled) * Math.min(n1, n2) < MIN_EXPECTED) {
    return { statistic, pValue: fisherExact(k1, n1, k2, n2, alternative), method: 'fisher' };
  }
  const pValue = alternative === 'greater' ? normalSurvival(statistic) : 2 * normalSurvival(Math.abs(statistic));
  return { statistic, pValue, method: 'z' };
}
