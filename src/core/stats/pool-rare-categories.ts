/** Counts of both samples after rare categories were pooled. */
export interface PooledCategories {
  /** Counts per category, the most frequent first, the pooled ones last. */
  readonly reference: number[];
  readonly current: number[];
  /** How many categories are pooled in the last one; 0 when none is. */
  readonly pooled: number;
  /** The indexes, in the input, of the categories that are kept. */
  readonly kept: number[];
}

/**
 * Pools the categories that are too rare for a χ² law.
 *
 * A category is kept when its expected count in the smaller sample is at least `minExpected` and it is among the `maxCategories − 1`
 * (or, when nothing is pooled, `maxCategories`) most frequent. The choice depends only on the sums of both samples, which are fixed
 * under the null, so it does not bias the p-value. If the pooled category is itself too rare, the rarest ones kept join it.
 *
 * @param reference - counts per category, from 0
 * @param current - counts per category, in the same order; ties keep this order
 * @param minExpected - smallest expected count of a category
 * @param maxCategories - most categories in the result, from 1
 * @returns counts per category, most frequent first, the pooled one last; categories empty on both sides are dropped
 * Source: Cochran's rule (1954), made symmetric.
 *
 * @example poolRareCategories([90, 8, 2], [80, 17, 3], 5, 10) // { reference: [90, 10], current: [80, 20], pooled: 2, kept: [0] }
 */
export function poolRareCategories(
  reference: readonly number[],
  current: readonly number[],
  minExpected: number,
  maxCategories = Number.POSITIVE_INFINITY,
): PooledCategories {
  const [n, m] = [sum(reference), sum(current)];
  const share = n + m > 0 ? Math.min(n, m) / (n + m) : 0;
  const categories = reference
    .map((count, i) => ({ i, reference: count, current: current[i] as number, total: count + (current[i] as number) }))
    .filter((category) => category.total > 0)
    .sort((a, b) => b.total - a.total);
  const kept = countKept(
    categories.map((category) => category.total * share),
    minExpected,
    maxCategories,
  );
  const groups = categories.slice(0, kept).map((category) => [category]);
  const rest = categories.slice(kept);
  if (rest.length > 0) groups.push(rest);
  return {
    reference: groups.map((group) => sum(group.map((category) => category.reference))),
    current: groups.map((group) => sum(group.map((category) => category.current))),
    pooled: rest.length,
    kept: categories.slice(0, kept).map((category) => category.i),
  };
}

/** How many of the categories, most frequent first, are kept. */
function countKept(expected: readonly number[], minExpected: number, maxCategories: number): number {
  let kept = expected.findIndex((count) => count < minExpected);
  if (kept === -1) kept = expected.length;
  if (kept === expected.length && kept <= maxCategories) return kept;
  kept = Math.max(0, Math.min(kept, maxCategories - 1));
  let rest = sum(expected.slice(kept));
  while (kept > 0 && rest < minExpected) rest += expected[--kept] as number;
  return kept;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
