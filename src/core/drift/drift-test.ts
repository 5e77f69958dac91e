import type { FeatureProfile } from '../profile/profile.ts';

export type FeatureType = 'numeric' | 'categorical' | 'identifier';

/** `calibrated`: adjusted evidence and an effect that matters. `classic`: plain thresholds, each test by itself. */
export type Policy = 'calibrated' | 'classic';

/** One feature in both profiles; `kind` is read off the reference. */
export interface FeaturePair {
  readonly feature: string;
  readonly type: FeatureType;
  readonly reference: FeatureProfile;
  readonly current: FeatureProfile;
  readonly referenceEvents: number;
  readonly currentEvents: number;
  readonly referenceMissing: number;
  readonly currentMissing: number;
}

/** Why a test cannot say. The same words stand in reports, logs and metrics. */
export type InconclusiveReason =
  /** Fewer rows, on either side, than the test is honest with. */
  | 'insufficient_samples'
  /** The reference kept only its most frequent categories, so that nobody can say what is new. */
  | 'reference_overflowed'
  /** The sketches' error is as large as the smallest effect that counts. */
  | 'resolution_too_coarse';

/** Effect and evidence, without a verdict. */
export interface TestResult {
  readonly statistic: number | null;
  readonly effect: number | null;
  readonly pValue: number | null;
  /** The most that the sketches may have added to the effect (99 %); 0 when the profiles are exact. */
  readonly resolution: number;
  readonly nReference: number;
  readonly nCurrent: number;
  /** Which law gave the p-value, and which rule the statistic. */
  readonly method: string;
  readonly reason?: InconclusiveReason;
  /** Where the two differ most: a value, or the name of a category or bin. */
  readonly at?: number | string;
  /** Rows of the current window by cell, ready for a report (`liveCounts`). */
  readonly currentCounts?: { readonly [name: string]: number };
}

/** Any value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A member of the table. Pure: the same pair gives the same result. */
export interface DriftTest {
  /** What people call it. */
  readonly title: string;
  readonly types: readonly FeatureType[];
  /** Smallest honest number of rows, on either side; with fewer the verdict is `inconclusive`. */
  readonly minRows: number;
  /** The smallest effect that counts, unless the settings say otherwise. */
  readonly defaultFloor: number;
  /** Whether the pair is of the sort that the test is for, beyond its kind. */
  appliesTo?(pair: FeaturePair): boolean;
  compare(pair: FeaturePair, policy: Policy): TestResult;
  /** Drift under the classic policy; without it: p < alpha. */
  isClassicDrift?(result: TestResult, floor: number): boolean;
  /** The test's own fields in a report, beside those that every check has. */
  wire(result: TestResult): { readonly [field: string]: Json };
}

/** The result of a test that has too little to go by. */
export function cannotSay(nReference: number, nCurrent: number, reason: InconclusiveReason): TestResult {
  return { statistic: null, effect: null, pValue: null, resolution: 0, nReference, nCurrent, method: 'none', reason };
}
