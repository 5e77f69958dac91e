import { type PooledCategories, poolRareCategories } from '../../stats/pool-rare-categories.ts';
import { twoProportionTest } from '../../stats/tests/two-proportion.ts';

const MIN_EXPECTED = 5;
/** Rows per category or bin, on average and on the smaller side, that the χ² laws of PSI, JS, KL and χ² need. */
export const ROWS_PER_BIN = 10;
/** Two categories of ten rows each: the fewest rows for a test of categories. */
export const MIN_ROWS = 2 * ROWS_PER_BIN;

/** A table for which a χ² law holds. */
export interface ChiSquaredTable extends PooledCategories {
  /** The p-value of Fisher's exact test, where all but one category are too rare for a χ² law. */
  readonly exactPValue?: number;
}

/**
 * Pools rare categories until a χ² law holds, so that a feature with many of them can still be tested.
 *
 * Each category kept has an expected count of at least 5 in the smaller sample, and there is at most one per 10 of its rows. When only
 * one category is that frequent, it is tested against all others together, and the p-value is that of Fisher's exact test.
 *
 * @param reference - counts per category
 * @param current - counts per category, in the same order
 * @returns the pooled table; undefined when either side has fewer than 20 rows
 * @example poolForChiSquared([90, 8, 2], [80, 17, 3]).reference // [90, 10]
 */
export function poolForChiSquared(
  reference: readonly number[],
  current: readonly number[],
): ChiSquaredTable | undefined {
  const [n, m] = [reference.reduce((a, b) => a + b, 0), current.reduce((a, b) => a + b, 0)];
  const rows = Math.min(n, m);
  if (rows < MIN_ROWS) return undefined;
  const pooled = poolRareCategories(reference, current, MIN_EXPECTED, Math.floor(rows / ROWS_PER_BIN));
  if (pooled.reference.length > 1 || pooled.pooled === 0) return pooled;
  const place = mostFrequent(reference, current);
  const [largest, largestCurrent] = [reference[place] as number, current[place] as number];
  return {
    reference: [largest, n - largest],
    current: [largestCurrent, m - largestCurrent],
    pooled: pooled.pooled - 1,
    kept: [place],
    exactPValue: twoProportionTest({ k: largest, n }, { k: largestCurrent, n: m }).pValue,
  };
}

function mostFrequent(reference: readonly number[], current: readonly number[]): number {
  let best = 0;
  reference.forEach((count, i) => {
    if (count + (current[i] as number) > (reference[best] as number) + (current[best] as number)) best = i;
  });
  return best;
}
