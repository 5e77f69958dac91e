export interface PooledCategories {
  readonly reference: number[];
  readonly current: number[];
  /** How many of the given cells went into the last, pooled one; 0 when none did. */
  readonly pooled: number;
  /** The places, among the given cells, of those that stand alone. */
  readonly alone: number[];
}

/**
 * Puts the cells too rare for a χ² law into one last cell.
 *
 * A cell stays when its expected count in the smaller sample is at least `minExpected` and it is among the `maxCells − 1` (or,
 * when nothing is pooled, `maxCells`) largest. The choice looks only at the sums of both samples, which the null hypothesis
 * leaves fixed, so it does not bend the p-value. If the pooled cell is itself too rare, the smallest cells join it.
 *
 * @param reference - counts per cell
 * @param current - counts per cell, in the same order; ties in size keep this order
 * @param minExpected - smallest expected count of a cell
 * @param maxCells - most cells to keep, from 1
 * @returns counts per kept cell, largest first, the pooled cell last; cells empty on both sides are dropped
 * Source: Cochran's rule (1954), made symmetric.
 *
 * @example poolRareCategories([90, 8, 2], [80, 17, 3], 5, 10) // { reference: [90, 10], current: [80, 20], pooled: 2, alone: [0] }
 */
export function poolRareCategories(
  reference: readonly number[],
  current: readonly number[],
  minExpected: number,
  maxCells = Number.POSITIVE_INFINITY,
): PooledCategories {
  const [n, m] = [sum(reference), sum(current)];
  const share = n + m > 0 ? Math.min(n, m) / (n + m) : 0;
  const cells = reference
    .map((count, i) => ({ i, reference: count, current: current[i] as number, total: count + (current[i] as number) }))
    .filter((cell) => cell.total > 0)
    .sort((a, b) => b.total - a.total);
  const kept = countKept(
    cells.map((cell) => cell.total * share),
    minExpected,
    maxCells,
  );
  const groups = cells.slice(0, kept).map((cell) => [cell]);
  const rest = cells.slice(kept);
  if (rest.length > 0) groups.push(rest);
  return {
    reference: groups.map((group) => sum(group.map((cell) => cell.reference))),
    current: groups.map((group) => sum(group.map((cell) => cell.current))),
    pooled: rest.length,
    alone: cells.slice(0, kept).map((cell) => cell.i),
  };
}

/** How many of the cells, largest first, stand alone. */
function countKept(expected: readonly number[], minExpected: number, maxCells: number): number {
  let kept = expected.findIndex((count) => count < minExpected);
  if (kept === -1) kept = expected.length;
  if (kept === expected.length && kept <= maxCells) return kept;
  kept = Math.max(0, Math.min(kept, maxCells - 1));
  let rest = sum(expected.slice(kept));
  while (kept > 0 && rest < minExpected) rest += expected[--kept] as number;
  return kept;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
