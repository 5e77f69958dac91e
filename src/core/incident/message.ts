import { CHECK_KINDS, type CheckKind, type Condition } from '../drift/check.ts';
import { kindOf, NOT_EVALUATED } from './failing-check.ts';
import type { NotifiedState } from './incident.ts';
import type { Links } from './links.ts';
import type { Severity } from './severity.ts';

/** Why people are notified. Log, metric and message use the same words. */
export type NotificationReason =
  | 'opened'
  | 'reopened'
  | 'severity_raised'
  | 'new_findings'
  | 'repeat_interval'
  | 'resolved'
  | 'acknowledged'
  | 'test';

/** One failing check, in words for people. */
export interface MessageFinding {
  /** As the report names it, e.g. `amount_ks` or `success_rate`. */
  readonly check: string;
  /** Undefined in messages that wait since before checks had kinds. */
  readonly kind?: CheckKind;
  /** Path of the feature, e.g. `request.body.amount`; null for a service level. */
  readonly feature: string | null;
  /** What was measured, in one line without markup: `KS distance 0.43 (floor 0.05), p 1.2e-31, 500 events`. */
  readonly text: string;
  readonly severity: Severity;
  /** Not in the last message about this incident. */
  readonly isNew: boolean;
  /** The part of the traffic that explains it; undefined when not looked for or none does. */
  readonly slice?: string;
}

/**
 * What one change of an incident has to say, for any channel. Names and findings come from events: any text may be in them,
 * so each channel escapes them. JSON-safe: it waits in the outbox as it is.
 */
export interface Message {
  /** Stable: every try carries the same one, so that a receiver recognizes a repeat. */
  readonly id: string;
  readonly reason: NotificationReason;
  readonly state: NotifiedState;
  readonly severity: Severity;
  readonly condition: Condition;
  readonly incident: { readonly id: number; readonly url: string | null };
  readonly monitor: string;
  readonly service: string;
  readonly endpoint: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined in messages that wait since before monitors had links. */
  readonly links?: Links;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly at: string;
  readonly resolvedAt: string | null;
  /** The window that was looked at. */
  readonly window: { readonly start: string; readonly end: string; readonly samples: number };
  /** What it was compared with, in words: `baseline payments (2026-03-01)`. */
  readonly reference: string;
  /** The strongest first. */
  readonly findings: readonly MessageFinding[];
  /** What is different from the last message, a sentence each. */
  readonly changes: readonly string[];
}

/** The one line that a telephone shows: `[CRITICAL] Drift on payments_api POST /v2/payments`. Not escaped. */
export function titleOf(message: Message): string {
  const head = message.state === 'resolved' ? 'RESOLVED' : message.severity.toUpperCase();
  const test = message.reason === 'test' ? 'Test: ' : '';
  const what = whatOf(message);
  return `[${head}] ${test}${what} on ${message.service} ${message.endpoint}`;
}

/** The kind of the worst finding, which stands first. */
function whatOf({ condition, findings }: Message): string {
  if (findings.some(({ check }) => check === NOT_EVALUATED)) return 'Not evaluated';
  const [worst] = findings;
  const kind = worst === undefined ? (condition === 'no_data' ? 'volume' : 'drift') : kindOf(worst);
  return CHECK_KINDS[kind].title;
}
