import type { CategoryCounts } from '../../profile/counts.ts';

/** The name under which reports show categories that were not kept one by one. */
export const OTHER = '__other__';

/** Two features' categories, side by side. */
export interface AlignedCategories {
  readonly names: string[];
  readonly reference: number[];
  readonly current: number[];
}

/**
 * The union of both sides' categories as cells, in order of name; what either side did not keep by name is one last cell.
 *
 * A category is a cell of its own only if its count is known on both sides: named there, or absent from a side that kept all
 * its names. A category that happens to be called `__other__` is a name like any other.
 *
 * @returns counts per cell; empty lists when neither side has values
 */
export function alignCategories(reference: CategoryCounts, current: CategoryCounts): AlignedCategories {
  const cells: AlignedCategories = { names: [], reference: [], current: [] };
  let [restReference, restCurrent] = [reference.other, current.other];
  for (const name of [...new Set([...reference.counts.keys(), ...current.counts.keys()])].sort()) {
    const [r, c] = [reference.counts.get(name), current.counts.get(name)];
    if ((r !== undefined || reference.isExact) && (c !== undefined || current.isExact)) {
      cells.names.push(name);
      cells.reference.push(r ?? 0);
      cells.current.push(c ?? 0);
    } else {
      restReference += r ?? 0;
      restCurrent += c ?? 0;
    }
  }
  if (restReference + restCurrent > 0) {
    cells.names.push(OTHER);
    cells.reference.push(restReference);
    cells.current.push(restCurrent);
  }
  return cells;
}
