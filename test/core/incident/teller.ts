import type { Handling, Incident, Told } from '../../../src/core/incident/incident.ts';
import type { TellReason } from '../../../src/core/incident/message.ts';
import type { Severity } from '../../../src/core/incident/severity.ts';
import type { Signal } from '../../../src/core/incident/signal.ts';
import { type StepRules, step } from '../../../src/core/incident/step.ts';
import { askAgainAt, decideTelling, type TellRules } from '../../../src/core/incident/tell.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';

/** What was told, and how things stood then. */
export interface Said {
  readonly reason: TellReason;
  readonly atMs: number;
  readonly state: Incident['state'];
  readonly severity: Severity;
  readonly checks: readonly string[];
  readonly before: Told | undefined;
  readonly handling: Handling;
}

/** One incident and whoever is told of it, as the service does it. */
export class Teller {
  incident: Incident;
  told: Told | undefined;
  handling: Handling = { acknowledgedAtMs: null, silencedUntilMs: null };
  askAtMs: number | null = null;
  readonly said: Said[] = [];
  /** Asked to ask again at a moment that has passed. */
  readonly pastAsks: number[] = [];
  /** There was something to tell at a moment at which nobody would have asked. */
  readonly missed: number[] = [];
  readonly #rules: TellRules;

  constructor(incident: Incident, rules: TellRules) {
    this.incident = incident;
    this.#rules = rules;
  }

  ask(nowMs: number): void {
    const { incident, handling, told: before } = this;
    const decision = decideTelling(incident, before, handling, this.#rules, nowMs);
    if (decision.tell) {
      const checks = incident.failing.map(({ check }) => check);
      const state = incident.state === 'resolved' ? 'resolved' : 'firing';
      this.told = { atMs: nowMs, state, severity: incident.severity, checks, channels: [] };
      const { severity } = incident;
      this.said.push({
        reason: decision.reason,
        atMs: nowMs,
        state: incident.state,
        severity,
        checks,
        before,
        handling,
      });
    }
    this.askAtMs = askAgainAt(incident, this.told, handling, this.#rules, nowMs);
    if (this.askAtMs !== null && this.askAtMs <= nowMs) this.pastAsks.push(nowMs);
  }

  /** Asks whenever it is time to, up to a moment. */
  waitUntil(endMs: number, fromMs: number): void {
    let nowMs = fromMs;
    while (nowMs < endMs) {
      const nextMs = Math.min(this.askAtMs ?? endMs, endMs);
      const halfway = nowMs + Math.floor((nextMs - nowMs) / 2);
      for (const ms of [nowMs, halfway, nextMs - 1]) {
        if (decideTelling(this.incident, this.told, this.handling, this.#rules, ms).tell) this.missed.push(ms);
      }
      nowMs = nextMs;
      if (this.askAtMs === null || this.askAtMs > endMs) return;
      this.ask(this.askAtMs);
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
  rules: { readonly step: StepRules; readonly tell: TellRules },
  untilMs: number,
): { tellers: Teller[]; unsaid: Teller[] } {
  const tellers: Teller[] = [];
  const unsaid: Teller[] = [];
  let current: Teller | undefined;
  let lastMs = happenings[0]?.atMs ?? untilMs;
  for (const happening of happenings) {
    for (const teller of tellers) teller.waitUntil(happening.atMs, lastMs);
    lastMs = happening.atMs;
    if ('signal' in happening) {
      const { incident, change } = step(current?.incident, happening.signal, rules.step);
      if (incident === current?.incident) continue;
      if (incident === undefined) {
        if (current !== undefined) unsaid.push(...tellers.splice(tellers.indexOf(current), 1));
        current = undefined;
        continue;
      }
      if (current === undefined || change?.from === null) {
        current = new Teller(incident, rules.tell);
        tellers.push(current);
      }
      current.incident = incident;
      if (change?.reason === 'reopened') current.handling = { ...current.handling, acknowledgedAtMs: null };
    } else if (current === undefined) continue;
    else if ('silenceMs' in happening) {
      const silencedUntilMs = happening.silenceMs === null ? null : happening.atMs + happening.silenceMs;
      current.handling = { ...current.handling, silencedUntilMs };
    } else {
      const acknowledgedAtMs = happening.isAcknowledged ? happening.atMs : null;
      current.handling = { ...current.handling, acknowledgedAtMs };
    }
    current.ask(happening.atMs);
  }
  for (const teller of tellers) teller.waitUntil(untilMs, lastMs);
  return { tellers, unsaid };
}

export const minutes = (n: number): number => n * MINUTE_MS;
