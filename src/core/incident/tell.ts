import { isQuiet, type QuietHours, quietEnd } from '../time/quiet-hours.ts';
import { HOUR_MS, MINUTE_MS } from '../time/window.ts';
import type { Handling, Incident, Told } from './incident.ts';
import type { TellReason } from './message.ts';
import { compareSeverity } from './severity.ts';

/** Why nobody is told. */
type SilentReason =
  | 'not_open'
  | 'never_told'
  | 'nothing_new'
  | 'too_soon'
  | 'acknowledged'
  | 'silenced'
  | 'quiet_hours';

export type Telling =
  | { readonly tell: true; readonly reason: TellReason }
  | { readonly tell: false; readonly reason: SilentReason };

export interface TellRules {
  /** Reminders of what is still open. */
  readonly repeatIntervalMs: number;
  /** New findings of an incident are told at most so often. */
  readonly updateIntervalMs: number;
  readonly quietHours: QuietHours | undefined;
}

export const DEFAULT_TELL: TellRules = {
  repeatIntervalMs: 4 * HOUR_MS,
  updateIntervalMs: 15 * MINUTE_MS,
  quietHours: undefined,
};

/**
 * Shall people be told of this incident now, and why? Compares what it is with what they were last told, so that what was held back (silence,
 * quiet hours) is made up for when it may be told, and what came and went meanwhile is not told at all.
 */
export function decideTelling(
  incident: Incident,
  told: Told | undefined,
  handling: Handling,
  rules: TellRules,
  nowMs: number,
): Telling {
  const wish = wishOf(incident, told, handling, rules, nowMs);
  if (!wish.tell) return wish;
  if ((handling.silencedUntilMs ?? 0) > nowMs) return { tell: false, reason: 'silenced' };
  if (rules.quietHours !== undefined && incident.severity !== 'critical' && isQuiet(rules.quietHours, nowMs)) {
    return { tell: false, reason: 'quiet_hours' };
  }
  return wish;
}

/** What would be told if nobody slept. */
function wishOf(
  incident: Incident,
  told: Told | undefined,
  handling: Handling,
  rules: TellRules,
  nowMs: number,
): Telling {
  if (incident.state === 'resolved') {
    if (told === undefined) return { tell: false, reason: 'never_told' };
    return told.state === 'firing' ? { tell: true, reason: 'resolved' } : { tell: false, reason: 'nothing_new' };
  }
  if (incident.state === 'pending') return { tell: false, reason: 'not_open' };
  if (told === undefined) return { tell: true, reason: 'opened' };
  if (told.state === 'resolved') return { tell: true, reason: 'reopened' };
  // While it recovers its findings are those of the past.
  if (incident.state === 'recovering') return { tell: false, reason: 'nothing_new' };
  return wishOfFiring(incident, told, handling, rules, nowMs);
}

function wishOfFiring(incident: Incident, told: Told, handling: Handling, rules: TellRules, nowMs: number): Telling {
  if (compareSeverity(incident.severity, told.severity) > 0) return { tell: true, reason: 'severity_raised' };
  const ageMs = nowMs - told.atMs;
  if (newChecks(incident, told).length > 0) {
    if (ageMs >= rules.updateIntervalMs) return { tell: true, reason: 'new_findings' };
    return { tell: false, reason: 'too_soon' };
  }
  if (ageMs < rules.repeatIntervalMs) return { tell: false, reason: 'nothing_new' };
  if (handling.acknowledgedAtMs !== null) return { tell: false, reason: 'acknowledged' };
  return { tell: true, reason: 'repeat_interval' };
}

/** Checks that have failed for two windows and were not in the last message. */
export function newChecks(incident: Incident, told: Told | undefined): string[] {
  const known = new Set(told?.checks);
  return incident.steady.filter((check) => !known.has(check));
}

/** When to ask again without a new window: the end of a silence or of quiet hours, or the next reminder. Null: never. */
export function askAgainAt(
  incident: Incident,
  told: Told | undefined,
  handling: Handling,
  rules: TellRules,
  nowMs: number,
): number | null {
  if (incident.state === 'pending') return null;
  const { reason } = decideTelling(incident, told, handling, rules, nowMs);
  if (reason === 'silenced') return handling.silencedUntilMs;
  if (reason === 'quiet_hours' && rules.quietHours !== undefined) return quietEnd(rules.quietHours, nowMs);
  if (incident.state !== 'firing' || told === undefined) return null;
  if (reason === 'too_soon') return told.atMs + rules.updateIntervalMs;
  return handling.acknowledgedAtMs === null ? told.atMs + rules.repeatIntervalMs : null;
}
