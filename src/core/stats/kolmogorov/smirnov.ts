import { stirlingError } from '../distributions/stirling-error.ts';

/** Above this many terms only every s-th is summed; see `smirnovSurvival`. */
const MAX_TERMS = 1024;

/**
 * The upper tail of the one-sided Kolmogorov–Smirnov statistic: P(D⁺ₙ ≥ x), at finite n.
 *
 * x Σⱼ C(n, j) (x + j/n)^(j−1) (1 − x − j/n)^(n−j) over 0 ≤ j ≤ n(1 − x). Every term is positive, so small tails
 * keep their relative accuracy. The terms are a smooth function of j that vanishes with all its derivatives at both ends;
 * the trapezoidal rule is nearly exact for it, so for n > 2,048 every s-th term is summed, times s.
 *
 * @param n - sample size, a whole number from 1
 * @param x - the statistic, [0, 1]
 * @returns a probability, [0, 1]; relative error below 1e-11
 * Source: Smirnov 1944; Birnbaum & Tingey 1951; checked against SciPy's special.smirnov.
 *
 * @example smirnovSurvival(100, 0.3) // 8.859934946331458e-9
 */
export function smirnovSurvival(n: number, x: number): number {
  if (x <= 0) return 1;
  if (x >= 1) return 0;
  const step = Math.max(1, Math.floor(n / MAX_TERMS));
  const last = Math.min(n - 1, Math.floor(n * (1 - x)));
  const deltaN = stirlingError(n);
  let sum = Math.exp(n * Math.log1p(-x));
  for (let j = step; j <= last; j += step) sum += step * term(n, x, j, deltaN);
  return Math.min(1, sum);
}

/** One term of the sum, 0 < j < n, in Loader's saddle-point form. */
function term(n: number, x: number, j: number, deltaN: number): number {
  const rest = n - j;
  const shift = n * x;
  if (shift >= rest) return 0;
  const exponent = j * Math.log1p(shift / j) + rest * Math.log1p(-shift / rest);
  const delta = deltaN - stirlingError(j) - stirlingError(rest);
  return (shift / (shift + j)) * Math.sqrt(n / (2 * Math.PI * j * rest)) * Math.exp(exponent + delta);
}
