import { regularizedBeta } from './incomplete-beta.ts';

/**
 * The upper tail of the binomial distribution: P(X ≥ k), k or more successes in n independent trials.
 *
 * @param k - whole, 0 or more
 * @param n - trials, whole, 0 or more
 * @param p - chance of each, [0, 1]
 * @returns a probability, [0, 1]; 1 for k = 0, 0 for k above n
 * @throws RangeError when k or n is not a whole number from 0 on, or p is no share
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
