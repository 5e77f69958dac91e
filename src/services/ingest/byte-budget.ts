/** How many bytes of events may be in the process at once: read, parsed, and waiting for their commit. */
export class ByteBudget {
  readonly limit: number;
  #inFlight = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes the bytes if there is room. A body larger than the whole budget still passes when nothing else is in flight. */
  tryTake(bytes: number): boolean {
    if (this.#inFlight > 0 && this.#inFlight + bytes > this.limit) return false;
    this.#inFlight += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#inFlight -= bytes;
  }
}
