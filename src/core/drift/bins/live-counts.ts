import type { CategoryCounts } from '../../profile/counts.ts';
import { OTHER } from './align-categories.ts';

const MOST_NAMES = 50;

/**
 * Counts for a report: the 50 largest (ties in order of name), everything else summed under `__other__`.
 *
 * The object has no prototype, so that a category called `__proto__` or `constructor` is an ordinary key.
 *
 * @param unnamed - rows whose category has no name
 * @example liveCounts([['USD', 417], ['EUR', 83]]) // { USD: 417, EUR: 83 }
 */
export function liveCounts(counts: Iterable<readonly [string, number]>, unnamed = 0): { [name: string]: number } {
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown: { [name: string]: number } = Object.create(null);
  for (const [name, count] of ranked.slice(0, MOST_NAMES)) shown[name] = count;
  const rest = ranked.slice(MOST_NAMES).reduce((sum, [, count]) => sum + count, unnamed);
  if (rest > 0) shown[OTHER] = (shown[OTHER] ?? 0) + rest;
  return shown;
}

/**
 * The counts of a window's categories, as `liveCounts` shows them.
 *
 * @example liveCategories(categories([['USD', 4], ['EUR', 6]]).categories) // { EUR: 6, USD: 4 }
 */
export function liveCategories(categories: CategoryCounts): { [name: string]: number } {
  return liveCounts(categories.counts, categories.other);
}
