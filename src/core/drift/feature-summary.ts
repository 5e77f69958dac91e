import type { FeatureType } from './drift-test.ts';

/** Summary of a feature of a baseline, for people and for the file. */
export interface FeatureSummary {
  readonly path: string;
  readonly kind: FeatureType;
  readonly n: number;
  readonly missing: number;
  readonly mean?: number;
  readonly std?: number;
  readonly min?: number;
  readonly max?: number;
  readonly categories?: number;
  readonly top?: readonly { readonly value: string; readonly n: number }[];
  /** Why the feature is not tested. */
  readonly reason?: string;
}
