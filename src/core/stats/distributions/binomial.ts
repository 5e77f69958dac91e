import { regularizedBeta } from './incomplete-beta.ts';

/**
 * The upper tail of the binomial distribution: P(X ≥ k), the probability of k or more successes in n independent trials.
 *
 * @param k - a whole number from 0
 * @param n - number of trials, a whole number from 0
 * @param p - probability of success in each, [0, 1]
 * @returns a probability, [0, 1]; 1 for k = 0, 0 for k above n
 * @throws RangeError when k or n is not a whole number from 0 on, or p is outside [0, 1]
 * Source: I_p(k, n − k + 1); checked against SciPy's binom.sf(k − 1, n, p) to 1e-10 relative.
 *
 * @example binomialSurvival(2, 4, 0.5) // 0.6875
 */
export function binomialSurvival(k: number, n: number, p: number): number {
  if (!(Number.isInteger(k) && Number.isInteger(n) && k >= 0 && n >= 0 && p >= 0 && p <= 1)) {
    throw new RangeError(`binomialSurvival(k, n, p): got ${k}, ${n}, ${p}`);
  }
  if (k === 0) return 1;
  return k > n ? 0 : regularizedBeta(k, n - k + 1, p);
}
