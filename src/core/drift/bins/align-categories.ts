import type { CategoryCounts } from '../../profile/counts.ts';

/** The name under which reports show categories that were not kept one by one. */
export const OTHER = '__other__';

/** The counts of both sides by category, in one order. */
export interface AlignedCategories {
  readonly names: string[];
  readonly reference: number[];
  readonly current: number[];
}

/**
 * Aligns the categories of both sides, in order of name; what either side did not keep by name is one last category, `__other__`.
 *
 * A category has an entry only if its count is known on both sides: named there, or absent from a side that kept all its names.
 * A category that happens to be called `__other__` is a name like any other.
 *
 * @returns counts per category; empty lists when neither side has values
 * @example alignCategories(categories([3, 1]).categories, categories([2]).categories).current // [2, 0]
 */
export function alignCategories(reference: CategoryCounts, current: CategoryCounts): AlignedCategories {
  const aligned: AlignedCategories = { names: [], reference: [], current: [] };
  let [restReference, restCurrent] = [reference.other, current.other];
  for (const name of [...new Set([...reference.counts.keys(), ...current.counts.keys()])].sort()) {
    const [r, c] = [reference.counts.get(name), current.counts.get(name)];
    if ((r !== undefined || reference.isExact) && (c !== undefined || current.isExact)) {
      aligned.names.push(name);
      aligned.reference.push(r ?? 0);
      aligned.current.push(c ?? 0);
    } else {
      restReference += r ?? 0;
      restCurrent += c ?? 0;
    }
  }
  if (restReference + restCurrent > 0) {
    aligned.names.push(OTHER);
    aligned.reference.push(restReference);
    aligned.current.push(restCurrent);
  }
  return aligned;
}
