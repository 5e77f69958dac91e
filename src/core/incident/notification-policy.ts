import { isQuiet, type QuietHours, quietEnd } from '../time/quiet-hours.ts';
import { HOUR_MS, MINUTE_MS } from '../time/window.ts';
import type { Incident, LastNotification, Triage } from './incident.ts';
import type { NotificationReason } from './message.ts';
import { compareSeverity } from './severity.ts';

/** Why nobody is notified. */
type SilentReason =
  | 'not_open'
  | 'never_notified'
  | 'nothing_new'
  | 'too_soon'
  | 'acknowledged'
  | 'silenced'
  | 'quiet_hours';

export type NotificationDecision =
  | { readonly notify: true; readonly reason: NotificationReason }
  | { readonly notify: false; readonly reason: SilentReason };

/** What people were last notified of, and what they did about it. */
export interface NotificationHistory extends Triage {
  readonly lastNotification: LastNotification | null;
}

export interface NotificationPolicy {
  /** Reminders of what is still open. */
  readonly repeatIntervalMs: number;
  /** New findings of an open incident are sent at most so often. */
  readonly updateIntervalMs: number;
  readonly quietHours: QuietHours | undefined;
}

export const DEFAULT_NOTIFICATION_POLICY: NotificationPolicy = {
  repeatIntervalMs: 4 * HOUR_MS,
  updateIntervalMs: 15 * MINUTE_MS,
  quietHours: undefined,
};

/**
 * Whether to notify people of this incident now, and why. Compares the incident with the last notification: what a silence or quiet hours
 * held back is sent once they end, and what came and went in between is not sent at all.
 */
export function decideNotification(
  incident: Incident,
  history: NotificationHistory,
  rules: NotificationPolicy,
  nowMs: number,
): NotificationDecision {
  const wish = wishOf(incident, history, rules, nowMs);
  if (!wish.notify) return wish;
  if ((history.silencedUntilMs ?? 0) > nowMs) return { notify: false, reason: 'silenced' };
  if (rules.quietHours !== undefined && incident.severity !== 'critical' && isQuiet(rules.quietHours, nowMs)) {
    return { notify: false, reason: 'quiet_hours' };
  }
  return wish;
}

/** The decision without silences and quiet hours. */
function wishOf(
  incident: Incident,
  { lastNotification, acknowledgedAtMs }: NotificationHistory,
  rules: NotificationPolicy,
  nowMs: number,
): NotificationDecision {
  if (incident.state === 'resolved') {
    if (lastNotification === null) return { notify: false, reason: 'never_notified' };
    return lastNotification.state === 'firing'
      ? { notify: true, reason: 'resolved' }
      : { notify: false, reason: 'nothing_new' };
  }
  if (incident.state === 'pending') return { notify: false, reason: 'not_open' };
  if (lastNotification === null) return { notify: true, reason: 'opened' };
  if (lastNotification.state === 'resolved') return { notify: true, reason: 'reopened' };
  // While it recovers its findings are those of the past.
  if (incident.state === 'recovering') return { notify: false, reason: 'nothing_new' };
  const wish = wishOfFiring(incident, lastNotification, rules, nowMs);
  const isReminder = wish.notify && wish.reason === 'repeat_interval';
  return isReminder && acknowledgedAtMs !== null ? { notify: false, reason: 'acknowledged' } : wish;
}

function wishOfFiring(
  incident: Incident,
  lastNotification: LastNotification,
  rules: NotificationPolicy,
  nowMs: number,
): NotificationDecision {
  if (compareSeverity(incident.severity, lastNotification.severity) > 0)
    return { notify: true, reason: 'severity_raised' };
  const ageMs = nowMs - lastNotification.atMs;
  if (newChecks(incident, lastNotification).length > 0) {
    if (ageMs >= rules.updateIntervalMs) return { notify: true, reason: 'new_findings' };
    return { notify: false, reason: 'too_soon' };
  }
  if (ageMs < rules.repeatIntervalMs) return { notify: false, reason: 'nothing_new' };
  return { notify: true, reason: 'repeat_interval' };
}

/** Checks that have failed for two windows and were not in the last message. */
export function newChecks(incident: Incident, lastNotification: LastNotification | null): string[] {
  const known = new Set(lastNotification?.checks);
  return incident.steady.filter((check) => !known.has(check));
}

/** When to ask again without a new window: the end of a silence or of quiet hours, or the next reminder. Null: never. */
export function nextNotificationAt(
  incident: Incident,
  history: NotificationHistory,
  rules: NotificationPolicy,
  nowMs: number,
): number | null {
  if (incident.state === 'pending') return null;
  const { lastNotification, silencedUntilMs, acknowledgedAtMs } = history;
  const { reason } = decideNotification(incident, history, rules, nowMs);
  if (reason === 'silenced') return silencedUntilMs;
  if (reason === 'quiet_hours' && rules.quietHours !== undefined) return quietEnd(rules.quietHours, nowMs);
  if (incident.state !== 'firing' || lastNotification === null) return null;
  if (reason === 'too_soon') return lastNotification.atMs + rules.updateIntervalMs;
  return acknowledgedAtMs === null ? lastNotification.atMs + rules.repeatIntervalMs : null;
}
