/**
 * The probability that at least k of m new values lie outside the range of n old ones, all from one distribution.
 *
 * P(K ≥ k) = [k·C(N−k−1, n−1) + C(N−k, n)] / C(N, n) = (1 + kn/(N−k)) Π_{i<k} (m−i)/(N−i), N = n + m. It holds for any
 * continuous distribution.
 *
 * @param outside - k, a whole number, 0 … m
 * @param n - number of old values, from 1
 * @param m - number of new values, from 0
 * @returns a probability, [0, 1], exact for continuous values, conservative with ties
 * @throws RangeError when a count is not a whole number in its range
 * Source: Rosenbaum 1954; checked by summing the law term by term.
 *
 * @example exceedancePValue(1, 1, 1) // 1
 */
export function exceedancePValue(outside: number, n: number, m: number): number {
  if (!(Number.isInteger(outside) && outside >= 0 && outside <= m && n >= 1)) {
    throw new RangeError(`exceedancePValue(outside, n, m): got ${outside}, ${n}, ${m}`);
  }
  const all = n + m;
  let product = 1 + (outside * n) / (all - outside);
  for (let i = 0; i < outside && product > 0; i++) product *= (m - i) / (all - i);
  return Math.min(1, product);
}
