/**
 * The total variation distance of two sets of shares: ½ Σ |r − c|, the share of rows that would have to change their cell.
 *
 * @param reference - shares, each from 0, that sum to 1
 * @param current - shares in the same order
 * @returns from 0 (equal) to 1 (no cell in common)
 * @throws RangeError when the numbers of cells differ
 * Source: Gibbs & Su 2002; checked against NumPy.
 *
 * @example totalVariation([0.5, 0.5], [0.25, 0.75]) // 0.25
 */
export function totalVariation(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length) {
    throw new RangeError(`totalVariation: ${reference.length} cells against ${current.length}`);
  }
  return reference.reduce((sum, r, i) => sum + Math.abs(r - (current[i] as number)), 0) / 2;
}
