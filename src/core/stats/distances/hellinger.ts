/**
 * The Hellinger distance of two sets of shares: ‖√r − √c‖ / √2.
 *
 * @param reference - shares, each from 0, that sum to 1
 * @param current - shares in the same order
 * @returns from 0 (equal) to 1 (no cell in common)
 * @throws RangeError when the numbers of cells differ
 * Source: Hellinger 1909; checked against NumPy.
 *
 * @example hellinger([1, 0], [0, 1]) // 1
 */
export function hellinger(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length) {
    throw new RangeError(`hellinger: ${reference.length} cells against ${current.length}`);
  }
  const squares = reference.reduce((sum, r, i) => sum + (Math.sqrt(r) - Math.sqrt(current[i] as number)) ** 2, 0);
  return Math.sqrt(squares / 2);
}
