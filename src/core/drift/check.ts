import type { Json } from './drift-test.ts';
import type { Direction } from './movement/direction.ts';
import type { Shift } from './movement/shift.ts';
import type { TestName } from './test-name.ts';

/** What is wrong, in the words that clients know: the checks of a window, or that no events come. */
export const CONDITIONS = ['drift', 'no_data'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What a check can be about, the most urgent first: what users feel stands before all drift. */
export const CHECK_KINDS = {
  slo: { title: 'Service level broken', condition: 'drift' },
  drift: { title: 'Drift', condition: 'drift' },
  volume: { title: 'No data', condition: 'no_data' },
} as const satisfies Record<string, { readonly title: string; readonly condition: Condition }>;

export type CheckKind = keyof typeof CHECK_KINDS;

export const CHECK_KIND_NAMES = Object.keys(CHECK_KINDS) as [CheckKind, ...CheckKind[]];

/** Negative when `a` is the more urgent one. */
export function compareKinds(a: CheckKind, b: CheckKind): number {
  return CHECK_KIND_NAMES.indexOf(a) - CHECK_KIND_NAMES.indexOf(b);
}

/** `inconclusive`: the test cannot say, and `reason` says why. */
export type CheckVerdict = 'ok' | 'fail' | 'inconclusive';

interface CheckFields {
  /** Unique in its evaluation, as the report names it: `amount_ks`, `success_rate`. */
  readonly name: string;
  readonly verdict: CheckVerdict;
  /** The number that people know. */
  readonly statistic: number | null;
  /** How large the difference is, whatever the number of rows. */
  readonly effect: number | null;
  /** The smallest effect that counts; a preset's threshold; null under the classic policy. */
  readonly floor: number | null;
  /** The most that the sketches may have added to the effect (99 %); 0 when the profiles are exact. */
  readonly resolution: number;
  readonly pValue: number | null;
  /** p after the correction over the evaluation; null where there is none, and where each test is judged by itself. */
  readonly pAdjusted: number | null;
  /** Which law gave the p-value, and which rule the statistic. */
  readonly law: string;
  /** Null where nothing is compared with a reference. */
  readonly nReference: number | null;
  readonly nCurrent: number;
  /** Where the two differ most: a value, or the name of a category or bin. */
  readonly at: number | string | null;
  /** Which way it went: the values of the current window, or the share of `at`. Null where nothing fails, or neither way is the stronger. */
  readonly direction: Direction | null;
  /** What moved, in numbers; null where nothing fails. */
  readonly shift: Shift | null;
  /** Effect divided by its floor: what failing checks are ranked by. 1 where there is no floor. */
  readonly strength: number;
  /** A failure that is a fact about these events, or that chance does not explain: it counts in windows that overlap, too. */
  readonly isEvident: boolean;
  readonly reason: string | null;
  /** What only this method has, as the report spells it. */
  readonly details: { readonly [field: string]: Json };
}

/** One drift test on one feature. */
export interface DriftCheck extends CheckFields {
  readonly kind: 'drift';
  /** The feature's path. */
  readonly subject: string;
  readonly method: TestName;
  readonly nReference: number;
}

/** The service levels, by name. */
export const SLO_NAMES = ['success_rate', 'latency_p95'] as const;
export type SloName = (typeof SLO_NAMES)[number];

/** One service level of the stream. The effect is what is used of its budget or limit, the floor what there is. */
export interface SloCheck extends CheckFields {
  readonly kind: 'slo';
  readonly name: SloName;
  readonly subject: null;
  readonly method: SloName;
  /** The target is in the unit of the statistic: a share of events, or milliseconds. Checks from before 2xx was a choice name no failures. */
  readonly details: { readonly target: number; readonly failureStatus?: readonly string[] };
}

/** The name of the check whether any event came. */
export const VOLUME_NAME = 'no_data';

/** Whether the window has events at all. */
export interface VolumeCheck extends CheckFields {
  readonly kind: 'volume';
  readonly name: typeof VOLUME_NAME;
  readonly subject: null;
  readonly method: 'events';
}

/** The outcome of one test on one subject in one window. JSON-safe. */
export type Check = DriftCheck | SloCheck | VolumeCheck;

/** Effect over floor; 1 where either is missing. */
export function strengthOf(effect: number | null, floor: number | null): number {
  return effect !== null && floor !== null && floor > 0 ? Math.min(effect / floor, Number.MAX_VALUE) : 1;
}

/** The words that clients know for the verdict of a drift check, and of a comparison. */
export const VERDICTS = ['drift', 'no_drift', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

const WIRE_VERDICTS: Readonly<Record<CheckVerdict, Verdict>> = {
  fail: 'drift',
  ok: 'no_drift',
  inconclusive: 'inconclusive',
};

export function wireVerdict(verdict: CheckVerdict): Verdict {
  return WIRE_VERDICTS[verdict];
}

/** What each wire form of a drift check has, in the same words. */
export function wireFields(check: DriftCheck) {
  return {
    verdict: wireVerdict(check.verdict),
    effect: check.effect,
    floor: check.floor,
    p_adjusted: check.pAdjusted,
    resolution: check.resolution,
    method: check.law,
    direction: check.direction,
  };
}
