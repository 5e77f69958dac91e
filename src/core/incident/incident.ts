import type { FailingCheck } from './failing-check.ts';
import type { Severity } from './severity.ts';

export const INCIDENT_STATES = ['pending', 'firing', 'recovering', 'resolved'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];
/** Of an incident that is not over. */
export const OPEN_STATES = ['pending', 'firing', 'recovering'] as const satisfies readonly IncidentState[];

/** All that people hear of a state: it goes on, or it is over. */
export type NotifiedState = Extract<IncidentState, 'firing' | 'resolved'>;

/** A run of failing windows of one monitor and group. JSON-safe; times are milliseconds since the Unix epoch. */
export interface Incident {
  readonly state: IncidentState;
  /** Of the last failing window. */
  readonly severity: Severity;
  /** Of the last failing window, the strongest first. */
  readonly failing: readonly FailingCheck[];
  /** Checks of the last window that counted, and those that failed in the one before too: what one window alone shows may be chance. */
  readonly counted: readonly string[];
  readonly steady: readonly string[];
  /** Failing windows in a row that do not overlap; passing ones in a row. */
  readonly failures: number;
  readonly passes: number;
  /** The last window that counted as a failure. */
  readonly countedSlotMs: number;
  readonly lastSlotMs: number;
  /** Where the first failing window began. */
  readonly startedAtMs: number;
  readonly openedAtMs: number | null;
  readonly resolvedAtMs: number | null;
  /** How often it came back within the dedup window. */
  readonly flaps: number;
}

/** What people were last notified of. */
export interface LastNotification {
  readonly atMs: number;
  readonly state: NotifiedState;
  readonly severity: Severity;
  readonly checks: readonly string[];
  /** The channels that know of it: they hear of its end. */
  readonly channels: readonly string[];
  /** Undefined where none of them keeps state, and in what was stored before the two were separate. */
  readonly alert?: KnownAlert | undefined;
}

/** What the receivers that keep state know: they may be ahead of people, who want silence. */
interface KnownAlert {
  readonly atMs: number;
  readonly state: NotifiedState;
  /** The acknowledgement that they were notified of. */
  readonly acknowledgedAtMs: number | null;
}

/** What people did about it. */
export interface Triage {
  readonly acknowledgedAtMs: number | null;
  readonly silencedUntilMs: number | null;
}

export type ChangeReason =
  | 'first_failure'
  | 'opened'
  | 'cleared'
  | 'first_pass'
  | 'relapsed'
  | 'resolved'
  | 'reopened'
  | 'severity_changed'
  | 'resolved_by_hand'
  | 'reopened_by_hand'
  | 'monitor_changed'
  | 'monitor_deleted';

/** A named step from one state to another. */
export interface Change {
  readonly from: IncidentState | null;
  readonly to: IncidentState | null;
  readonly reason: ChangeReason;
}
