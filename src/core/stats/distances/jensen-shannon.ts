/**
 * The Jensen–Shannon divergence of two discrete distributions, in nats: ½ Σ r ln(r/m) + ½ Σ c ln(c/m), m = (r + c)/2.
 *
 * @param reference - shares of the categories, each from 0, with sum 1
 * @param current - shares in the same order
 * @returns from 0 (equal) to ln 2 (no category in common); not negative for nearly equal shares either
 * @throws RangeError when the lengths differ
 * Source: Lin 1991; checked against SciPy's distance.jensenshannon, which is its root.
 *
 * @example jensenShannonDivergence([1, 0], [0, 1]) // 0.6931471805599453
 */
export function jensenShannonDivergence(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length) {
    throw new RangeError(`jensenShannonDivergence: ${reference.length} shares against ${current.length}`);
  }
  let sum = 0;
  reference.forEach((r, i) => {
    const c = current[i] as number;
    const tilt = r + c > 0 ? (r - c) / (r + c) : 0;
    sum += (r > 0 ? r * Math.log1p(tilt) : 0) + (c > 0 ? c * Math.log1p(-tilt) : 0);
  });
  return Math.max(0, sum / 2);
}
