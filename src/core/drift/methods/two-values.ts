import type { Proportion } from '../../stats/tests/fisher.ts';
import { alignCategories } from '../bins/align-categories.ts';
import type { FeaturePair } from '../drift-test.ts';

/** A feature of two values: how often the second, in order of name, occurs. */
export interface TwoValues {
  readonly value: string;
  readonly reference: Proportion;
  readonly current: Proportion;
}

/**
 * The counts of a feature with two values.
 *
 * @returns undefined when both windows together do not have exactly two values
 * @example twoValues(categoricalPair([['no', 9], ['yes', 1]], [['no', 3]])).reference // { k: 1, n: 10 }
 */
export function twoValues({ reference, current }: FeaturePair): TwoValues | undefined {
  if (reference.categories === undefined || current.categories === undefined) return undefined;
  const aligned = alignCategories(reference.categories, current.categories);
  if (aligned.names.length !== 2) return undefined;
  return {
    value: aligned.names[1] as string,
    reference: { k: aligned.reference[1] as number, n: reference.categories.n },
    current: { k: aligned.current[1] as number, n: current.categories.n },
  };
}

/**
 * Whether the feature has two values, as `ztest` and `fisher` need.
 *
 * @example hasTwoValues(categoricalPair([3, 1, 1], [1])) // false
 */
export function hasTwoValues(pair: FeaturePair): boolean {
  return twoValues(pair) !== undefined;
}
