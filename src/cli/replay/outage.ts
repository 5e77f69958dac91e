import type { Clock } from '../../core/time/clock.ts';
import { MINUTE_MS } from '../../core/time/window.ts';

/** For how long a service that takes no batch is waited for. */
const PATIENCE_MS = MINUTE_MS;

/** Since when the service has taken no batch. All connections share it, because they wait for the same service. */
export class Outage {
  readonly #clock: Clock;
  readonly #note: (text: string) => void;
  #sinceMs: number | undefined;

  constructor(clock: Clock, note: (text: string) => void) {
    this.#clock = clock;
    this.#note = note;
  }

  /** Notes one failed try. Returns whether it is worth another one. */
  isWorthWaiting(reason: string): boolean {
    if (this.#sinceMs === undefined) {
      this.#sinceMs = this.#clock.now();
      this.#note(`${reason}; waiting for it for up to a minute\n`);
    }
    return this.#clock.now() - this.#sinceMs < PATIENCE_MS;
  }

  end(): void {
    this.#sinceMs = undefined;
  }
}
