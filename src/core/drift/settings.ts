import type { AggregateRule } from './aggregate-rule.ts';
import type { Policy } from './drift-test.ts';
import type { KnownTypes } from './pair-features.ts';
import type { PresetName } from './presets/table.ts';
import type { TestName } from './test-name.ts';

/** Names from the table of tests, or `auto`: by type and size. */
export type TestChoice = readonly string[] | 'auto';

/** The smallest effect that counts as drift, by test. */
export type Floors = { readonly [name in TestName]?: number };

/** Settings of one feature that override the general ones. */
export interface FeatureSettings {
  readonly tests?: TestChoice;
  readonly floors?: Floors;
  readonly alpha?: number;
}

/** How many features must drift before the whole does. */
export interface Aggregate {
  readonly rule: AggregateRule;
  /** (0, 1]; Evidently's .5 by default. */
  readonly share?: number;
}

/** Adjustment of the p-values of one report: Benjamini–Hochberg, Benjamini–Yekutieli, or none. */
export const CORRECTIONS = ['bh', 'by', 'none'] as const;
export type Correction = (typeof CORRECTIONS)[number];

/** The settings of a comparison. */
export interface CompareSettings {
  readonly policy: Policy;
  /** Level of the p-values: adjusted over the report (calibrated), or each by itself (classic). */
  readonly alpha: number;
  /** Smallest effect that counts, by test; else the test's own. Under the classic policy: the thresholds. */
  readonly floors?: Floors;
  /** Without it the policy chooses by feature type. */
  readonly tests?: TestChoice;
  /** Another tool's tests, numbers and verdicts instead; alpha and the floor of psi hold where the tool has such a threshold. */
  readonly preset?: PresetName;
  /** Benjamini–Hochberg by default. */
  readonly correction?: Correction;
  /** `any` by default. */
  readonly aggregate?: Aggregate;
  /** What features are, where that is known; else it is read off the reference. */
  readonly types?: KnownTypes;
  /** By path. */
  readonly features?: ReadonlyMap<string, FeatureSettings>;
}
