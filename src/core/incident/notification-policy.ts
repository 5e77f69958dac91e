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
 * Whether to notify of this incident now, and why. Compares the incident with the last notification: what a silence or quiet hours
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
  const hold = holdOf(incident, history, rules, nowMs);
  return hold === undefined ? wish : { notify: false, reason: hold.reason };
}

/**
 * Whether receivers that keep state are to be notified now, though people are not. To be asked after `decideNotification`, with what that one
 * sent: people get nothing more by it.
 */
export function decideAlert(
  incident: Incident,
  history: NotificationHistory,
  rules: NotificationPolicy,
  nowMs: number,
): NotificationDecision {
  const alert = history.lastNotification?.alert;
  // Such a receiver hears of an incident when people do. From then on it follows it.
  if (alert === undefined) return { notify: false, reason: 'never_notified' };
  if (incident.state === 'pending') return { notify: false, reason: 'not_open' };
  // An end disturbs nobody there, and without it the alert stays open: no silence and no quiet hours hold it back.
  if (incident.state === 'resolved') {
    return alert.state === 'firing' ? { notify: true, reason: 'resolved' } : { notify: false, reason: 'nothing_new' };
  }
  // It is back before people heard of its end. To fire again does disturb: that waits, as an opening does.
  if (alert.state === 'resolved') {
    const hold = holdOf(incident, history, rules, nowMs);
    return hold === undefined ? { notify: true, reason: 'reopened' } : { notify: false, reason: hold.reason };
  }
  // Each acknowledgement once, also while it is silenced: the receiver stops to escalate.
  if (history.acknowledgedAtMs !== null && history.acknowledgedAtMs !== alert.acknowledgedAtMs) {
    return { notify: true, reason: 'acknowledged' };
  }
  return { notify: false, reason: 'nothing_new' };
}

interface Hold {
  readonly reason: Extract<SilentReason, 'silenced' | 'quiet_hours'>;
  readonly untilMs: number;
}

/** What holds back notifications at the moment, and until when. */
function holdOf(
  { severity }: Incident,
  { silencedUntilMs }: NotificationHistory,
  { quietHours }: NotificationPolicy,
  nowMs: number,
): Hold | undefined {
  // A silence holds for the critical too: somebody asked for it.
  if (silencedUntilMs !== null && silencedUntilMs > nowMs) return { reason: 'silenced', untilMs: silencedUntilMs };
  // Quiet hours are for what can wait until morning.
  if (quietHours !== undefined && severity !== 'critical' && isQuiet(quietHours, nowMs)) {
    return { reason: 'quiet_hours', untilMs: quietEnd(quietHours, nowMs) };
  }
  return undefined;
}

/** The decision without silences and quiet hours. */
function wishOf(
  incident: Incident,
  { lastNotification, acknowledgedAtMs }: NotificationHistory,
  rules: NotificationPolicy,
  nowMs: number,
): NotificationDecision {
  // It is over: those who heard that it fires hear that too, once.
  if (incident.state === 'resolved') {
    if (lastNotification === null) return { notify: false, reason: 'never_notified' };
    return lastNotification.state === 'firing'
      ? { notify: true, reason: 'resolved' }
      : { notify: false, reason: 'nothing_new' };
  }
  // Too few windows have failed.
  if (incident.state === 'pending') return { notify: false, reason: 'not_open' };
  // It fires for the first time, or again after people heard of its end.
  if (lastNotification === null) return { notify: true, reason: 'opened' };
  if (lastNotification.state === 'resolved') return { notify: true, reason: 'reopened' };
  // While it recovers its findings are those of the past.
  if (incident.state === 'recovering') return { notify: false, reason: 'nothing_new' };
  const wish = wishOfFiring(incident, lastNotification, rules, nowMs);
  // Somebody takes care of it: no more reminders. Whatever is new is still sent.
  const isReminder = wish.notify && wish.reason === 'repeat_interval';
  return isReminder && acknowledgedAtMs !== null ? { notify: false, reason: 'acknowledged' } : wish;
}

function wishOfFiring(
  incident: Incident,
  lastNotification: LastNotification,
  rules: NotificationPolicy,
  nowMs: number,
): NotificationDecision {
  // It is worse than people know.
  if (compareSeverity(incident.severity, lastNotification.severity) > 0)
    return { notify: true, reason: 'severity_raised' };
  const ageMs = nowMs - lastNotification.atMs;
  // A further check has failed twice. One after the other would be many messages, so they are collected.
  if (newChecks(incident, lastNotification).length > 0) {
    if (ageMs >= rules.updateIntervalMs) return { notify: true, reason: 'new_findings' };
    return { notify: false, reason: 'too_soon' };
  }
  // The last notification still describes it, until it is time for a reminder.
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
  const hold = holdOf(incident, history, rules, nowMs);
  const decisions = [decideNotification, decideAlert].map((decide) => decide(incident, history, rules, nowMs));
  if (hold !== undefined && decisions.some(({ reason }) => reason === hold.reason)) return hold.untilMs;
  const { lastNotification, acknowledgedAtMs } = history;
  if (incident.state !== 'firing' || lastNotification === null) return null;
  if (decisions[0]?.reason === 'too_soon') return lastNotification.atMs + rules.updateIntervalMs;
  return acknowledgedAtMs === null ? lastNotification.atMs + rules.repeatIntervalMs : null;
}
