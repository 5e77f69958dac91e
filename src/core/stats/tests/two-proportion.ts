import { normalSurvival } from '../distributions/normal.ts';
import { type Alternative, fisherExact, type Proportion } from './fisher.ts';

/** Below this expected count in any of the four cells the normal approximation is not valid. */
const MIN_EXPECTED = 5;

/** The result of a test of two proportions. */
export interface ProportionTest {
  /** (share₂ − share₁) / pooled standard error; 0 when both shares are 0 or both 1. */
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'z' | 'fisher';
}

/**
 * Two-proportion z-test with pooled variance; Fisher's exact test for small counts.
 *
 * z = (k₂/n₂ − k₁/n₁) / √(p(1−p)(1/n₁+1/n₂)), p = (k₁+k₂)/(n₁+n₂). When one of the four expected counts is below 5
 * (0 against 3, say), the p-value is that of Fisher's test.
 *
 * @param reference - the first sample, n from 1
 * @param current - the second sample, n from 1
 * @param alternative - `greater`: only a larger second share is evidence
 * @returns statistic, p-value, and the test that gave the p-value
 * @throws RangeError when an n is 0 or a count is not a whole number from 0 to its n
 * Null: standard normal, or the hypergeometric distribution. Smallest n: 1.
 * Source: the textbook z-test; checked against scipy.stats (norm.sf, fisher_exact).
 *
 * @example twoProportionTest({ k: 300, n: 1000 }, { k: 180, n: 500 }).pValue // 0.01885724376849529
 */
export function twoProportionTest(
  reference: Proportion,
  current: Proportion,
  alternative: Alternative = 'two-sided',
): ProportionTest {
  const [{ k: k1, n: n1 }, { k: k2, n: n2 }] = [reference, current];
  if (!(n1 >= 1 && n2 >= 1)) throw new RangeError(`twoProportionTest: sizes must be at least 1, got ${n1} and ${n2}`);
  const pooled = (k1 + k2) / (n1 + n2);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  const statistic = error > 0 ? (k2 / n2 - k1 / n1) / error : 0;
  if (Math.min(pooled, 1 - pooled) * Math.min(n1, n2) < MIN_EXPECTED) {
    return { statistic, pValue: fisherExact(reference, current, alternative), method: 'fisher' };
  }
  const pValue = alternative === 'greater' ? normalSurvival(statistic) : 2 * normalSurvival(Math.abs(statistic));
  return { statistic, pValue, method: 'z' };
}
