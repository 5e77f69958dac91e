import type { FeatureProfile } from '../profile/profile.ts';

/** How a feature that drifted has moved, in the words of whoever is woken: its middle, or the category that changed most. */
export type Move =
  | { readonly median: { readonly reference: number; readonly current: number } }
  | { readonly share: { readonly category: string; readonly reference: number; readonly current: number } };

/** Undefined where there is nothing on one of the sides. Numbers where the reference has any, else categories; shares in [0, 1]. */
export function describeMove(reference: FeatureProfile, current: FeatureProfile): Move | undefined {
  const [before, after] = [reference.numeric?.sketch, current.numeric?.sketch];
  if (before !== undefined && before.n > 0) {
    if (after === undefined || after.n === 0) return undefined;
    return { median: { reference: before.quantile(0.5), current: after.quantile(0.5) } };
  }
  return describeShares(reference, current);
}

function describeShares(reference: FeatureProfile, current: FeatureProfile): Move | undefined {
  const [before, after] = [reference.categories, current.categories];
  if (before === undefined || after === undefined || before.n === 0 || after.n === 0) return undefined;
  let most: { category: string; reference: number; current: number } | undefined;
  for (const category of new Set([...before.counts.keys(), ...after.counts.keys()])) {
    const shares = {
      category,
      reference: (before.counts.get(category) ?? 0) / before.n,
      current: (after.counts.get(category) ?? 0) / after.n,
    };
    if (most === undefined || gapOf(shares) > gapOf(most)) most = shares;
  }
  return most && { share: most };
}

function gapOf({ reference, current }: { reference: number; current: number }): number {
  return Math.abs(current - reference);
}
