import type { Incident, LastNotification, Triage } from '../../../src/core/incident/incident.ts';
import type { NotificationReason } from '../../../src/core/incident/message.ts';
import {
  decideAlert,
  decideNotification,
  type NotificationPolicy,
  nextNotificationAt,
} from '../../../src/core/incident/notification-policy.ts';
import type { Severity } from '../../../src/core/incident/severity.ts';
import type { Signal } from '../../../src/core/incident/signal.ts';
import { type StepRules, step } from '../../../src/core/incident/step.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';

/** A notification, and the incident as it was then. */
export interface Sent {
  readonly reason: NotificationReason;
  readonly atMs: number;
  readonly state: Incident['state'];
  readonly severity: Severity;
  readonly checks: readonly string[];
  readonly before: LastNotification | undefined;
  readonly triage: Triage;
}

/** One incident and its notifications, decided as the service does. */
export class Notifier {
  incident: Incident;
  lastNotification: LastNotification | undefined;
  triage: Triage = { acknowledgedAtMs: null, silencedUntilMs: null };
  notifyAtMs: number | null = null;
  readonly sent: Sent[] = [];
  /** What receivers that keep state were notified of, together with people and alone. */
  readonly alerts: Sent[] = [];
  /** Asked to ask again at a moment that has passed. */
  readonly pastAsks: number[] = [];
  /** There was something to notify of at a moment at which nobody would have asked. */
  readonly missed: number[] = [];
  readonly #rules: NotificationPolicy;
  readonly #hasReceivers: boolean;

  constructor(incident: Incident, rules: NotificationPolicy, hasReceivers: boolean) {
    this.incident = incident;
    this.#rules = rules;
    this.#hasReceivers = hasReceivers;
  }

  ask(nowMs: number): void {
    const { incident, triage, lastNotification: before } = this;
    const decision = decideNotification(incident, { ...triage, lastNotification: before ?? null }, this.#rules, nowMs);
    if (decision.notify) {
      const checks = incident.failing.map(({ check }) => check);
      const state = incident.state === 'resolved' ? 'resolved' : 'firing';
      const alert = { atMs: nowMs, state, acknowledgedAtMs: before?.alert?.acknowledgedAtMs ?? null } as const;
      const { severity } = incident;
      this.lastNotification = {
        atMs: nowMs,
        state,
        severity,
        checks,
        channels: [],
        alert: this.#hasReceivers ? alert : undefined,
      };
      const sent = { reason: decision.reason, atMs: nowMs, state: incident.state, severity, checks, before, triage };
      this.sent.push(sent);
      if (this.#hasReceivers && before?.alert?.state !== state) this.alerts.push(sent);
    }
    this.#askForReceivers(nowMs);
    this.notifyAtMs = nextNotificationAt(
      incident,
      { ...triage, lastNotification: this.lastNotification ?? null },
      this.#rules,
      nowMs,
    );
    if (this.notifyAtMs !== null && this.notifyAtMs <= nowMs) this.pastAsks.push(nowMs);
  }

  #askForReceivers(nowMs: number): void {
    const { incident, triage, lastNotification } = this;
    const history = { ...triage, lastNotification: lastNotification ?? null };
    const { notify, reason } = decideAlert(incident, history, this.#rules, nowMs);
    if (!notify || lastNotification === undefined) return;
    const { state, severity } = incident;
    this.alerts.push({ reason, atMs: nowMs, state, severity, checks: [], before: lastNotification, triage });
    const alert = {
      atMs: nowMs,
      state: state === 'resolved' ? ('resolved' as const) : ('firing' as const),
      acknowledgedAtMs: reason === 'acknowledged' ? triage.acknowledgedAtMs : null,
    };
    this.lastNotification = { ...lastNotification, alert };
    this.#askForReceivers(nowMs);
  }

  /** Asks whenever it is time to, up to a moment. */
  waitUntil(endMs: number, fromMs: number): void {
    let nowMs = fromMs;
    while (nowMs < endMs) {
      const nextMs = Math.min(this.notifyAtMs ?? endMs, endMs);
      const halfway = nowMs + Math.floor((nextMs - nowMs) / 2);
      for (const ms of [nowMs, halfway, nextMs - 1]) {
        const history = { ...this.triage, lastNotification: this.lastNotification ?? null };
        for (const decide of [decideNotification, decideAlert]) {
          if (decide(this.incident, history, this.#rules, ms).notify) this.missed.push(ms);
        }
      }
      nowMs = nextMs;
      if (this.notifyAtMs === null || this.notifyAtMs > endMs) return;
      this.ask(this.notifyAtMs);
      if (this.pastAsks.length > 0) return;
    }
  }
}

export type Happening =
  | { readonly atMs: number; readonly signal: Signal }
  | { readonly atMs: number; readonly silenceMs: number | null }
  | { readonly atMs: number; readonly isAcknowledged: boolean };

/** Plays what happens, in order, and then waits until the end. */
export function play(
  happenings: readonly Happening[],
  rules: { readonly step: StepRules; readonly notificationPolicy: NotificationPolicy },
  untilMs: number,
  hasReceivers = true,
): { notifiers: Notifier[]; cleared: Notifier[] } {
  const notifiers: Notifier[] = [];
  const cleared: Notifier[] = [];
  let current: Notifier | undefined;
  let lastMs = happenings[0]?.atMs ?? untilMs;
  for (const happening of happenings) {
    for (const notifier of notifiers) notifier.waitUntil(happening.atMs, lastMs);
    lastMs = happening.atMs;
    if ('signal' in happening) {
      const { incident, change } = step(current?.incident, happening.signal, rules.step);
      if (incident === current?.incident) continue;
      if (incident === undefined) {
        if (current !== undefined) cleared.push(...notifiers.splice(notifiers.indexOf(current), 1));
        current = undefined;
        continue;
      }
      if (current === undefined || change?.from === null) {
        current = new Notifier(incident, rules.notificationPolicy, hasReceivers);
        notifiers.push(current);
      }
      current.incident = incident;
      if (change?.reason === 'reopened') current.triage = { ...current.triage, acknowledgedAtMs: null };
    } else if (current === undefined) continue;
    else if ('silenceMs' in happening) {
      const silencedUntilMs = happening.silenceMs === null ? null : happening.atMs + happening.silenceMs;
      current.triage = { ...current.triage, silencedUntilMs };
    } else {
      const acknowledgedAtMs = happening.isAcknowledged ? happening.atMs : null;
      current.triage = { ...current.triage, acknowledgedAtMs };
    }
    current.ask(happening.atMs);
  }
  for (const notifier of notifiers) notifier.waitUntil(untilMs, lastMs);
  return { notifiers, cleared };
}

export const minutes = (n: number): number => n * MINUTE_MS;
