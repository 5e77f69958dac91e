/**
 * The Hellinger distance between two discrete distributions: ‖√r − √c‖ / √2.
 *
 * @param reference - shares of the categories, each from 0, with sum 1
 * @param current - shares in the same order
 * @returns from 0 (equal) to 1 (no category in common)
 * @throws RangeError when the lengths differ
 * Source: Hellinger 1909; checked against NumPy.
 *
 * @example hellinger([1, 0], [0, 1]) // 1
 */
export function hellinger(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length) {
    throw new RangeError(`hellinger: ${reference.length} shares against ${current.length}`);
  }
  const squares = reference.reduce((sum, r, i) => sum + (Math.sqrt(r) - Math.sqrt(current[i] as number)) ** 2, 0);
  return Math.sqrt(squares / 2);
}
