/**
 * The L∞ (Chebyshev) distance of two discrete distributions: max |r − c|.
 *
 * @param reference - shares of the categories, each from 0, with sum 1
 * @param current - shares in the same order
 * @returns from 0 (equal) to 1 (no category in common, one on each side)
 * @throws RangeError when the lengths differ
 * Source: checked against NumPy.
 *
 * @example chebyshev([0.5, 0.5, 0], [0.25, 0.5, 0.25]) // 0.25
 */
export function chebyshev(reference: readonly number[], current: readonly number[]): number {
  if (reference.length !== current.length) {
    throw new RangeError(`chebyshev: ${reference.length} shares against ${current.length}`);
  }
  return reference.reduce((most, r, i) => Math.max(most, Math.abs(r - (current[i] as number))), 0);
}
