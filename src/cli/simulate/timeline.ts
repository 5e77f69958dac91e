import { lengthOf } from '../../core/incident/build-message.ts';
import { titleOf } from '../../core/incident/message.ts';
import type { TimelineEntry } from '../../simulation.ts';
import type { Terminal } from '../terminal.ts';

/** Counts what happened, and prints what a person would have seen. */
export class Timeline {
  readonly counts = { slots: 0, failed: 0, skipped: 0, opened: 0, resolved: 0, reopened: 0, messages: 0 };
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  add(entry: TimelineEntry): void {
    if (entry.kind === 'message') this.#addMessage(entry);
    else this.#addSlot(entry);
  }

  /** A line of somebody else's, such as a fault that was planted. */
  note(ms: number, text: string): void {
    const { yellow } = this.#terminal.colors;
    this.#line(ms, yellow(`· ${text}`));
  }

  #addSlot({ end, monitor, atMs }: Extract<TimelineEntry, { kind: 'slot' }>): void {
    if (end.status === 'lost') return;
    if (end.status === 'skipped') {
      this.counts.skipped++;
      return;
    }
    this.counts.slots++;
    if (end.status === 'failed') {
      this.counts.failed++;
      if (this.counts.failed <= 3) this.#line(atMs, `slot of ${monitor} failed: ${end.failure}`);
    }
    for (const { id, group, change, incident } of end.changed) {
      if (change.reason === 'opened') this.counts.opened++;
      if (change.reason === 'resolved') this.counts.resolved++;
      if (change.reason === 'reopened') this.counts.reopened++;
      const worst = incident.failing[0];
      const what =
        change.reason === 'opened' || change.reason === 'reopened' ? `, ${worst?.check}: ${worst?.text}` : '';
      const name = group === 'all' ? monitor : `${monitor} (${group})`;
      this.#line(atMs, `incident ${id} of ${name}: ${change.from ?? 'none'} → ${change.to} (${change.reason})${what}`);
    }
  }

  #addMessage({ message, atMs }: Extract<TimelineEntry, { kind: 'message' }>): void {
    const { red, green, dim } = this.#terminal.colors;
    this.counts.messages++;
    const paint = message.state === 'resolved' ? green : red;
    const after = lengthOf(atMs - Date.parse(message.startedAt));
    this.#line(
      atMs,
      `${paint(`✉ ${titleOf(message)}`)} ${dim(`${message.reason}, ${after} after the first failing window began`)}`,
    );
  }

  #line(ms: number, text: string): void {
    this.#terminal.out(`${this.#terminal.colors.dim(new Date(ms).toISOString().slice(0, 19))} ${text}`);
  }
}
