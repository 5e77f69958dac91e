import { isoTime } from '../../core/format/iso-time.ts';
import { lengthOf } from '../../core/incident/build-message.ts';
import { titleOf } from '../../core/incident/message.ts';
import { type Interval, WEEK_MS } from '../../core/time/window.ts';
import type { RunOutcome } from '../../services/monitors/run-monitor.ts';
import type { TimelineEntry } from '../../simulation.ts';
import type { Terminal } from '../terminal.ts';

type Message = Extract<TimelineEntry, { kind: 'message' }>['message'];
type Changed = Extract<RunOutcome, { changed: unknown }>['changed'][number];

/** A planted drift, and when the first incident opened after it began; null: none did until it was over. */
interface DriftOutcome {
  readonly start: string;
  readonly end: string;
  readonly opened: string | null;
  readonly delay_seconds: number | null;
}

/** What a simulation comes to. An incident that never ends counts as one, so the share of time in an incident stands beside. */
export interface SimulationSummary {
  readonly runs: number;
  readonly failed: number;
  readonly skipped: number;
  readonly opened: number;
  readonly reopened: number;
  readonly resolved: number;
  readonly notifications: number;
  /** From the first run to the last. */
  readonly weeks: number;
  /** Opened or reopened while nothing was planted; those of a file of events are all counted. */
  readonly false_incidents: number;
  readonly false_incidents_per_week: number | null;
  /** Share of the time with an open incident of any monitor. */
  readonly share_open: number | null;
  readonly drifts: readonly DriftOutcome[];
}

/** Prints runs, incidents and notifications as they happen, as lines or as NDJSON, and sums them up. */
export class Timeline {
  readonly #terminal: Terminal;
  readonly #isJson: boolean;
  readonly #counts = { runs: 0, failed: 0, skipped: 0, opened: 0, reopened: 0, resolved: 0, notifications: 0 };
  readonly #outbreaksMs: number[] = [];
  readonly #drifts: Interval[] = [];
  readonly #open = new Set<number>();
  #openSinceMs = 0;
  #openMs = 0;
  #ranMs: Interval | undefined;

  constructor(terminal: Terminal, isJson = false) {
    this.#terminal = terminal;
    this.#isJson = isJson;
  }

  add(entry: TimelineEntry): void {
    if (entry.kind === 'message') this.#addMessage(entry.message, entry.atMs);
    else this.#addRun(entry);
  }

  /** Prints another event, such as the start of a known fault. */
  note(ms: number, text: string): void {
    this.#print(ms, { kind: 'note', text }, this.#terminal.colors.yellow(`· ${text}`));
  }

  /** What opens from now on until a while after its end is no false alarm. */
  expectDrift(drift: Interval): void {
    this.#drifts.push(drift);
  }

  /** @param graceMs - how long after the end of a drift its windows may still open an incident */
  summary(graceMs: number): SimulationSummary {
    const { startMs, endMs } = this.#ranMs ?? { startMs: 0, endMs: 0 };
    const weeks = (endMs - startMs) / WEEK_MS;
    const openMs = this.#openMs + (this.#open.size > 0 ? endMs - this.#openSinceMs : 0);
    const isPlanted = (ms: number) => this.#drifts.some((drift) => ms > drift.startMs && ms <= drift.endMs + graceMs);
    const falseIncidents = this.#outbreaksMs.filter((ms) => !isPlanted(ms)).length;
    return {
      ...this.#counts,
      weeks,
      false_incidents: falseIncidents,
      false_incidents_per_week: weeks > 0 ? falseIncidents / weeks : null,
      share_open: weeks > 0 ? openMs / (endMs - startMs) : null,
      drifts: this.#drifts.map((drift) => this.#outcomeOf(drift, graceMs)),
    };
  }

  #outcomeOf({ startMs, endMs }: Interval, graceMs: number): DriftOutcome {
    const openedMs = this.#outbreaksMs.find((ms) => ms > startMs && ms <= endMs + graceMs);
    return {
      start: isoTime(startMs),
      end: isoTime(endMs),
      opened: openedMs === undefined ? null : isoTime(openedMs),
      delay_seconds: openedMs === undefined ? null : Math.round((openedMs - startMs) / 1_000),
    };
  }

  #addRun({ outcome, monitor, atMs }: Extract<TimelineEntry, { kind: 'run' }>): void {
    if (outcome.status === 'lost') return;
    this.#ranMs = { startMs: this.#ranMs?.startMs ?? atMs, endMs: atMs };
    if (outcome.status === 'skipped') {
      this.#counts.skipped++;
      return;
    }
    this.#counts.runs++;
    if (outcome.status === 'failed') {
      this.#counts.failed++;
      const text = `a run of ${monitor} failed: ${outcome.failure}`;
      if (this.#counts.failed <= 3 || this.#isJson) this.#print(atMs, { kind: 'failed_run', monitor, text }, text);
    }
    for (const changed of outcome.changed) this.#addChange(changed, monitor, atMs);
  }

  #addChange({ id, group, change, incident }: Changed, monitor: string, atMs: number): void {
    const isOutbreak = change.reason === 'opened' || change.reason === 'reopened';
    if (change.reason === 'opened' || change.reason === 'reopened' || change.reason === 'resolved')
      this.#counts[change.reason]++;
    if (isOutbreak) this.#outbreaksMs.push(atMs);
    this.#noteOpen(id, change.to === 'firing' || change.to === 'recovering', atMs);
    const worst = incident.failing[0];
    const finding = isOutbreak ? `, ${worst?.check}: ${worst?.text}` : '';
    const name = group === 'all' ? monitor : `${monitor} (${group})`;
    const { from, to, reason } = change;
    const checks = incident.failing.map(({ check, severity, text }) => ({ check, severity, text }));
    this.#print(
      atMs,
      { kind: 'incident', incident: id, monitor, group, from, to, reason, checks },
      `incident ${id} of ${name}: ${from ?? 'none'} → ${to} (${reason})${finding}`,
    );
  }

  /** Time counts once, however many incidents are open. */
  #noteOpen(id: number, isOpen: boolean, atMs: number): void {
    const before = this.#open.size;
    if (isOpen) this.#open.add(id);
    else this.#open.delete(id);
    if (before === 0 && this.#open.size === 1) this.#openSinceMs = atMs;
    if (before === 1 && this.#open.size === 0) this.#openMs += atMs - this.#openSinceMs;
  }

  #addMessage(message: Message, atMs: number): void {
    const { red, green, dim } = this.#terminal.colors;
    this.#counts.notifications++;
    const paint = message.state === 'resolved' ? green : red;
    const after = lengthOf(atMs - Date.parse(message.startedAt));
    const title = titleOf(message);
    const text = `${paint(`✉ ${title}`)} ${dim(`${message.reason}, ${after} after the first failing window began`)}`;
    const { state, severity, reason } = message;
    this.#print(atMs, { kind: 'notification', title, state, severity, reason }, text);
  }

  #print(ms: number, entry: object, text: string): void {
    if (this.#isJson) this.#terminal.out(JSON.stringify({ time: isoTime(ms), ...entry }));
    else this.#terminal.out(`${this.#terminal.colors.dim(isoTime(ms).slice(0, 19))} ${text}`);
  }
}
