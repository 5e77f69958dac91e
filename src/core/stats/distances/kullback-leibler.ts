/**
 * The Kullback–Leibler divergence of two sets of shares, in nats: KL(p ‖ q) = Σ p ln(p/q).
 *
 * @param p - shares, each from 0, that sum to 1; a cell of 0 adds nothing
 * @param q - shares in the same order; 0 where p is not makes the result Infinity
 * @returns from 0
 * @throws RangeError when the numbers of cells differ
 * Source: Kullback & Leibler 1951; checked against SciPy's entropy(p, q).
 *
 * @example kullbackLeibler([0.5, 0.5], [0.25, 0.75]) // 0.14384103622589042
 */
export function kullbackLeibler(p: readonly number[], q: readonly number[]): number {
  if (p.length !== q.length) throw new RangeError(`kullbackLeibler: ${p.length} cells against ${q.length}`);
  const sum = p.reduce((total, share, i) => total + (share > 0 ? share * Math.log(share / (q[i] as number)) : 0), 0);
  return Math.max(0, sum);
}
