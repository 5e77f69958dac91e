/** Limits the bytes of events that are in memory at once: read, parsed, or waiting for their commit. */
export class ByteBudget {
  readonly limit: number;
  #inFlight = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Reserves the bytes if there is room. A body larger than the whole budget is accepted when nothing else is in memory. */
  tryReserve(bytes: number): boolean {
    if (this.#inFlight > 0 && this.#inFlight + bytes > this.limit) return false;
    this.#inFlight += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#inFlight -= bytes;
  }
}
