import { alignCategories } from '../bins/align-categories.ts';
import type { FeaturePair } from '../drift-test.ts';

/** A feature of two values: how often the second, in order of name, was seen. */
export interface TwoValues {
  readonly value: string;
  readonly kReference: number;
  readonly nReference: number;
  readonly kCurrent: number;
  readonly nCurrent: number;
}

/** @returns undefined when both windows together do not have exactly two values */
export function twoValues({ reference, current }: FeaturePair): TwoValues | undefined {
  if (reference.categories === undefined || current.categories === undefined) return undefined;
  const cells = alignCategories(reference.categories, current.categories);
  if (cells.names.length !== 2) return undefined;
  return {
    value: cells.names[1] as string,
    kReference: cells.reference[1] as number,
    nReference: reference.categories.n,
    kCurrent: cells.current[1] as number,
    nCurrent: current.categories.n,
  };
}

/** Whether the feature has two values, as `ztest` and `fisher` need. */
export function hasTwoValues(pair: FeaturePair): boolean {
  return twoValues(pair) !== undefined;
}
