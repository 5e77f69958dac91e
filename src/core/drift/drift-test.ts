import type { FeatureProfile } from '../profile/profile.ts';
import type { Direction } from './movement/direction.ts';

/** What a feature is, as far as tests distinguish it. */
export const FEATURE_TYPES = ['numeric', 'categorical', 'identifier'] as const;
export type FeatureType = (typeof FEATURE_TYPES)[number];

/** `calibrated`: an adjusted p-value and an effect at its floor. `classic`: plain thresholds, each test by itself. */
export const POLICIES = ['calibrated', 'classic'] as const;
export type Policy = (typeof POLICIES)[number];

/** A side of a comparison. */
export type Side = 'reference' | 'current';

/** One feature in both profiles. */
export interface FeaturePair {
  /** Its path. */
  readonly feature: string;
  /** As inferred from the reference. */
  readonly type: FeatureType;
  readonly reference: FeatureProfile;
  readonly current: FeatureProfile;
  readonly referenceEvents: number;
  readonly currentEvents: number;
  readonly referenceMissing: number;
  readonly currentMissing: number;
}

/** Why a test is inconclusive. The same words stand in reports, logs and metrics. */
export type InconclusiveReason =
  /** A side has fewer rows than the test needs. */
  | 'insufficient_samples'
  /** The reference kept only its most frequent categories, so what is new is unknown. */
  | 'reference_overflowed'
  /** The sketches' error is as large as the floor of the effect. */
  | 'resolution_too_coarse';

/** Effect and evidence, without a verdict. */
export interface TestResult {
  readonly statistic: number | null;
  readonly effect: number | null;
  readonly pValue: number | null;
  /** Largest error of the effect that comes from the sketches (99 %); 0 when the profiles are exact. */
  readonly resolution: number;
  readonly nReference: number;
  readonly nCurrent: number;
  /** The law behind the p-value, and the rule behind the statistic. */
  readonly method: string;
  readonly reason?: InconclusiveReason;
  /** Where the two differ most: a value, or the name of a category or bin. */
  readonly at?: number | string;
  /** Which way it went, where the test itself says; else it is read off the numbers of both windows. */
  readonly direction?: Direction | null;
  /** Rows of the current window by cell, ready for a report (`liveCounts`). */
  readonly currentCounts?: { readonly [name: string]: number };
}

/** Any value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * A drift test of the table. Pure: the same pair gives the same result.
 *
 * Each method's docstring has the same headings. Its example builds the pair from values (`numericPair`, `categoricalPair`,
 * `missingPair`: reference first) and shows some fields of the result, to four digits.
 */
export interface DriftTest {
  /** Its usual name. */
  readonly title: string;
  /** Feature types that it can compare. */
  readonly types: readonly FeatureType[];
  /** Fewest rows a side; with fewer the verdict is `inconclusive`. */
  readonly minRows: number;
  /** The smallest effect that counts as drift, unless the settings give another. */
  readonly defaultFloor: number;
  /** From which effect drift is critical; five times the default floor where it is not given. */
  readonly criticalEffect?: number;
  /** Whether the test suits the pair, beyond its feature type. */
  appliesTo?(pair: FeaturePair): boolean;
  compare(pair: FeaturePair, policy: Policy): TestResult;
  /** Drift under the classic policy; without it: p < alpha. */
  isClassicDrift?(result: TestResult, floor: number): boolean;
  /** Fields of a report that only this test has. */
  wire(result: TestResult): { readonly [field: string]: Json };
}

/** The result of a test that is inconclusive. */
export function cannotSay(nReference: number, nCurrent: number, reason: InconclusiveReason): TestResult {
  return { statistic: null, effect: null, pValue: null, resolution: 0, nReference, nCurrent, method: 'none', reason };
}
