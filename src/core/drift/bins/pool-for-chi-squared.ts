import { type PooledCategories, poolRareCategories } from '../../stats/pool-rare-categories.ts';
import { twoProportionTest } from '../../stats/tests/two-proportion.ts';

const MIN_EXPECTED = 5;
/** Rows a cell, on average and on the smaller side, that the χ² law of PSI, JS, KL and χ² needs. */
export const ROWS_PER_BIN = 10;
/** Two cells at ten rows each: the least that any test of categories is honest with. */
export const MIN_ROWS = 2 * ROWS_PER_BIN;

export interface ChiSquaredTable extends PooledCategories {
  /** Fisher's exact p-value, where all but one category are too rare for a χ² law. */
  readonly exactPValue?: number;
}

/**
 * Pools categories until a χ² law holds, so that a feature with many rare ones still gets an answer.
 *
 * Cells keep an expected count ≥ 5 in the smaller sample and number at most one for ten of its rows. When only one category is
 * that frequent, the cells are that one and all others together, and the p-value is Fisher's exact one.
 *
 * @param reference - counts per category
 * @param current - counts per category, in the same order
 * @returns the cells; undefined when either side has fewer than 20 rows
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
  const place = largestCell(reference, current);
  const [largest, largestCurrent] = [reference[place] as number, current[place] as number];
  return {
    reference: [largest, n - largest],
    current: [largestCurrent, m - largestCurrent],
    pooled: pooled.pooled - 1,
    alone: [place],
    exactPValue: twoProportionTest(largest, n, largestCurrent, m).pValue,
  };
}

function largestCell(reference: readonly number[], current: readonly number[]): number {
  let best = 0;
  reference.forEach((count, i) => {
    if (count + (current[i] as number) > (reference[best] as number) + (current[best] as number)) best = i;
  });
  return best;
}
