import { CategoryCounts } from '../../profile/counts.ts';
import type { WeightedSample } from '../../profile/weighted-sample.ts';
import type { FeaturePair } from '../drift-test.ts';

/** Up to this many distinct numbers are categories; Evidently's rule. */
const FEW = 5;

/**
 * Turns a numeric feature with at most five distinct values in the reference into categories named by the numbers.
 *
 * @returns the pair itself when there are more values, when a sketch no longer holds all of them, or when there are texts too
 * @example fewValuesAsCategories(numericPair([0, 1, 1], [0, 1])).type // 'categorical'
 */
export function fewValuesAsCategories(pair: FeaturePair): FeaturePair {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  if (pair.type !== 'numeric' || pair.reference.categories || pair.current.categories) return pair;
  if (!reference?.isExact || !current?.isExact) return pair;
  if (!isFew(reference.weighted())) return pair;
  return {
    ...pair,
    type: 'categorical',
    reference: { categories: countValues(reference.weighted()) },
    current: { categories: countValues(current.weighted()) },
  };
}

function isFew({ values }: WeightedSample): boolean {
  let distinct = 0;
  for (let i = 0; i < values.length && distinct <= FEW; i++) if (i === 0 || values[i] !== values[i - 1]) distinct++;
  return distinct <= FEW;
}

function countValues({ values }: WeightedSample): CategoryCounts {
  const counts = new CategoryCounts();
  for (const value of values) counts.add(String(value));
  return counts;
}
