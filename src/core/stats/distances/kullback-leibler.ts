/**
 * The Kullback–Leibler divergence of two discrete distributions, in nats: KL(p ‖ q) = Σ p ln(p/q).
 *
 * @param p - shares of the categories, each from 0, with sum 1; a share of 0 adds nothing
 * @param q - shares in the same order; Infinity results where q is 0 and p is not
 * @returns from 0
 * @throws RangeError when the lengths differ
 * Source: Kullback & Leibler 1951; checked against SciPy's entropy(p, q).
 *
 * @example kullbackLeibler([0.5, 0.5], [0.25, 0.75]) // 0.14384103622589042
 */
export function kullbackLeibler(p: readonly number[], q: readonly number[]): number {
  if (p.length !== q.length) throw new RangeError(`kullbackLeibler: ${p.length} shares against ${q.length}`);
  const sum = p.reduce((total, share, i) => total + (share > 0 ? share * Math.log(share / (q[i] as number)) : 0), 0);
  return Math.max(0, sum);
}
