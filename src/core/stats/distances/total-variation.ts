/**
 * The total variation distance of two discrete distributions: ½ Σ |r − c|, the share of rows that would have to change their category.
 *
 * @param reference - shares of the categories, each from 0, with sum 1
 * @param current - shares in the same order
 * @returns from 0 (equal) to 1 (no category in common)
 * @throws RangeError when the lengths differ
 * Source: Gibbs & Su 2002; checked against NumPy.
 *
 * @example totalVariation([0.5, 0.5], [0.25, 0.75]) // 0.25
 */
export function totalVariation(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length) {
    throw new RangeError(`totalVariation: ${reference.length} shares against ${current.length}`);
  }
  return reference.reduce((sum, r, i) => sum + Math.abs(r - (current[i] as number)), 0) / 2;
}
