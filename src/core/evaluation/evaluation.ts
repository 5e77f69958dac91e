import type { Check } from '../drift/check.ts';
import type { Policy } from '../drift/drift-test.ts';
import type { NotTested } from '../drift/pair-features.ts';
import type { PresetName } from '../drift/presets/table.ts';
import type { Interval } from '../time/window.ts';
import type { ReferenceKind } from './reference-kind.ts';

/** Grows when a field changes its meaning or goes, so that what reads stored evaluations knows what it has. */
export const EVALUATION_VERSION = 1;

export const EVALUATION_STATUSES = ['ok', 'fail'] as const;
export type EvaluationStatus = (typeof EVALUATION_STATUSES)[number];

/** One word for an evaluation, the most urgent first. */
export const EVALUATION_STATES = ['drift', 'slo_breach', 'no_data', 'inconclusive', 'ok'] as const;
export type EvaluationState = (typeof EVALUATION_STATES)[number];

interface BaselineName {
  readonly id: number;
  readonly name: string;
  readonly createdAtMs: number;
}

/** What a window is compared with: a baseline, the window before, or the same hours of earlier weeks. */
export interface ReferenceDescription {
  readonly kind: ReferenceKind;
  /** Null where the reference is not a baseline. */
  readonly baseline: BaselineName | null;
  /** The windows that it is made of, when it is not a baseline. */
  readonly windows: readonly Interval[];
}

/** How many drift checks there are, and what they say. */
export interface Verdicts {
  readonly tested: number;
  readonly drift: number;
  readonly no_drift: number;
  readonly inconclusive: number;
}

/**
 * All checks of one window against one reference. JSON-safe, and stored as it is; `toReport` makes its wire form. Times are milliseconds
 * since the Unix epoch.
 */
export interface Evaluation {
  readonly version: typeof EVALUATION_VERSION;
  readonly generatedAtMs: number;
  readonly stream: { readonly service: string; readonly endpoint: string };
  /** What was really covered: whole minutes. */
  readonly window: Interval;
  /** What was asked for. */
  readonly windowMinutes: number;
  readonly reference: ReferenceDescription;
  /** Events in the window. */
  readonly samples: number;
  readonly policy: Policy;
  /** The tool whose numbers and verdicts these are; null for our own. */
  readonly preset: PresetName | null;
  /** `fail` when the stream has drifted, or a service level is broken. A window without events says nothing of either. */
  readonly status: EvaluationStatus;
  readonly state: EvaluationState;
  readonly verdicts: Verdicts;
  /** Drift by feature path, then the service levels, then the volume. */
  readonly checks: readonly Check[];
  readonly notTested: readonly NotTested[];
  readonly addedFeatures: readonly string[];
}
