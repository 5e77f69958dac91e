import { count } from '../../core/format/amounts.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';

/** How far a replay is, by events that the service answered. How many a file has is estimated from the part that was read. */
export class EventProgress {
  #read = 0;
  #sent = 0;
  #sentEarlier = 0;

  addRead(events: number): void {
    this.#read += events;
  }

  addSent(events: number): void {
    this.#sent += events;
  }

  /** Events that a resumed replay does not send again. */
  addSentEarlier(events: number): void {
    this.#sentEarlier += events;
  }

  /** @param readShare - share of the file that was read, in [0, 1] */
  share(readShare: number): number {
    const total = this.#total(readShare);
    return total === 0 ? 0 : Math.min(1, (this.#sentEarlier + this.#sent) / total);
  }

  /** Rate and time that is left, at the rate until now. */
  describe(readShare: number, elapsedMs: number): string {
    const left = Math.max(0, this.#total(readShare) - this.#sentEarlier - this.#sent);
    const rate = `${count(this.#sent)} events, ${count(Math.round((this.#sent * SECOND_MS) / elapsedMs))}/s`;
    return this.#sent === 0 ? rate : `${rate}, ${describeRest((elapsedMs * left) / this.#sent)} left`;
  }

  #total(readShare: number): number {
    return readShare > 0 ? Math.max(this.#read, this.#read / Math.min(1, readShare)) : this.#read;
  }
}

function describeRest(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  return ms < HOUR_MS ? `${Math.ceil(ms / MINUTE_MS)} min` : `${(ms / HOUR_MS).toFixed(1)} h`;
}
