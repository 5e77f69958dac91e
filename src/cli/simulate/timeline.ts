import { isoTime } from '../../core/format/iso-time.ts';
import { lengthOf } from '../../core/incident/build-message.ts';
import { titleOf } from '../../core/incident/message.ts';
import type { TimelineEntry } from '../../simulation.ts';
import type { Terminal } from '../terminal.ts';

/** Prints runs, incidents and notifications as they happen, and counts them. */
export class Timeline {
  readonly counts = { runs: 0, failed: 0, skipped: 0, opened: 0, resolved: 0, reopened: 0, notifications: 0 };
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  add(entry: TimelineEntry): void {
    if (entry.kind === 'message') this.#addMessage(entry);
    else this.#addRun(entry);
  }

  /** Prints another event, such as the start of a known fault. */
  note(ms: number, text: string): void {
    const { yellow } = this.#terminal.colors;
    this.#line(ms, yellow(`· ${text}`));
  }

  #addRun({ outcome, monitor, atMs }: Extract<TimelineEntry, { kind: 'run' }>): void {
    if (outcome.status === 'lost') return;
    if (outcome.status === 'skipped') {
      this.counts.skipped++;
      return;
    }
    this.counts.runs++;
    if (outcome.status === 'failed') {
      this.counts.failed++;
      if (this.counts.failed <= 3) this.#line(atMs, `a run of ${monitor} failed: ${outcome.failure}`);
    }
    for (const { id, group, change, incident } of outcome.changed) {
      if (change.reason === 'opened') this.counts.opened++;
      if (change.reason === 'resolved') this.counts.resolved++;
      if (change.reason === 'reopened') this.counts.reopened++;
      const worst = incident.failing[0];
      const finding =
        change.reason === 'opened' || change.reason === 'reopened' ? `, ${worst?.check}: ${worst?.text}` : '';
      const name = group === 'all' ? monitor : `${monitor} (${group})`;
      this.#line(
        atMs,
        `incident ${id} of ${name}: ${change.from ?? 'none'} → ${change.to} (${change.reason})${finding}`,
      );
    }
  }

  #addMessage({ message, atMs }: Extract<TimelineEntry, { kind: 'message' }>): void {
    const { red, green, dim } = this.#terminal.colors;
    this.counts.notifications++;
    const paint = message.state === 'resolved' ? green : red;
    const after = lengthOf(atMs - Date.parse(message.startedAt));
    this.#line(
      atMs,
      `${paint(`✉ ${titleOf(message)}`)} ${dim(`${message.reason}, ${after} after the first failing window began`)}`,
    );
  }

  #line(ms: number, text: string): void {
    this.#terminal.out(`${this.#terminal.colors.dim(isoTime(ms).slice(0, 19))} ${text}`);
  }
}
