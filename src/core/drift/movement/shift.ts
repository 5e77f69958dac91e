import type { FeatureProfile } from '../../profile/profile.ts';

/** How a feature that drifted has moved, in numbers that anybody reads: its middle, or the category whose share changed most. */
export type Shift =
  | { readonly median: { readonly reference: number; readonly current: number } }
  | { readonly share: { readonly category: string; readonly reference: number; readonly current: number } };

/** Null where there is nothing on one of the sides. Numbers where the reference has any, else categories; shares in [0, 1]. */
export function describeShift(reference: FeatureProfile, current: FeatureProfile): Shift | null {
  const [before, after] = [reference.numeric?.sketch, current.numeric?.sketch];
  if (before !== undefined && before.n > 0) {
    if (after === undefined || after.n === 0) return null;
    return { median: { reference: before.quantile(0.5), current: after.quantile(0.5) } };
  }
  return describeShares(reference, current);
}

function describeShares(reference: FeatureProfile, current: FeatureProfile): Shift | null {
  const [before, after] = [reference.categories, current.categories];
  if (before === undefined || after === undefined || before.n === 0 || after.n === 0) return null;
  let most: { category: string; reference: number; current: number } | undefined;
  for (const category of new Set([...before.counts.keys(), ...after.counts.keys()])) {
    const shares = {
      category,
      reference: (before.counts.get(category) ?? 0) / before.n,
      current: (after.counts.get(category) ?? 0) / after.n,
    };
    if (most === undefined || gapOf(shares) > gapOf(most)) most = shares;
  }
  return most === undefined ? null : { share: most };
}

function gapOf({ reference, current }: { reference: number; current: number }): number {
  return Math.abs(current - reference);
}
