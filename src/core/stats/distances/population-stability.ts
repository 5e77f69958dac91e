/**
 * The population stability index of two discrete distributions: Σ (c − r) ln(c/r), the sum of both Kullback–Leibler divergences.
 *
 * A share of 0 on one side makes it infinite. The caller decides what to do with empty categories, and should document it: one
 * category of 10 % that becomes empty adds 0.2 to 70, depending on the rule.
 *
 * @param reference - shares of the categories, above 0, with sum 1
 * @param current - shares in the same order, above 0
 * @returns the index, from 0
 * @throws RangeError when the lengths differ
 * Null: PSI / (1/n + 1/m) is about χ²_{B−1} (Yurdakul 2018), valid from 10 rows per category on average.
 * Source: Siddiqi 2006; checked against NumPy and against the replaced systems.
 *
 * @example populationStability([0.5, 0.5], [0.3, 0.7]) // 0.16945957207744072
 */
export function populationStability(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length) {
    throw new RangeError(`populationStability: ${reference.length} shares against ${current.length}`);
  }
  return reference.reduce(
    (sum, share, i) => sum + ((current[i] as number) - share) * Math.log((current[i] as number) / share),
    0,
  );
}

/**
 * The index that chance alone gives on average when both sides are samples of one distribution: (B − 1)(1/n + 1/m).
 *
 * @param bins - number of categories or bins B, from 1
 * @param n - rows of the reference, from 1
 * @param m - rows of the current side, from 1
 * Null: the mean of (1/n + 1/m) χ²_{B−1}, see populationStability.
 * Source: Yurdakul 2018.
 *
 * @example expectedStability(10, 450, 900) // 0.03
 */
export function expectedStability(bins: number, n: number, m: number): number {
  return (bins - 1) * (1 / n + 1 / m);
}
