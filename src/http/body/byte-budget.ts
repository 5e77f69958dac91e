import { AppError } from '../../core/errors.ts';

const OVERLOAD_RETRY_SECONDS = 1;

/** Limits the bytes of all bodies that are in memory at once: read, parsed, or waiting for their commit. */
export class ByteBudget {
  readonly limit: number;
  #inFlight = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** What one request holds, nothing yet. */
  open(): Booking {
    return new Booking(this);
  }

  /** For bookings: the bytes are negative when they are given back. */
  add(bytes: number): void {
    this.#inFlight += bytes;
  }
}

/** What one request holds of the budget. */
export class Booking {
  readonly #budget: ByteBudget;
  #bytes = 0;
  #isOver = false;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** Whether there is room for so many more. A request that is alone always has room, or a small budget would refuse it for ever. */
  fits(bytes: number): boolean {
    const { inFlight, limit } = this.#budget;
    return inFlight === this.#bytes || inFlight + bytes <= limit;
  }

  /** @throws AppError overloaded when there is no room for so many more bytes */
  take(bytes: number): void {
    if (this.#isOver) return;
    if (!this.fits(bytes)) throw overloaded();
    this.#bytes += bytes;
    this.#budget.add(bytes);
  }

  /** Gives back some of what it took. */
  giveBack(bytes: number): void {
    if (this.#isOver) return;
    this.#bytes -= bytes;
    this.#budget.add(-bytes);
  }

  /** Gives back what it holds, for good. */
  release(): void {
    this.#isOver = true;
    this.#budget.add(-this.#bytes);
    this.#bytes = 0;
  }
}

export function overloaded(): AppError {
  const detail = 'The service holds as much as it may (INGEST_BUDGET_BYTES); send this again in a moment';
  return new AppError('overloaded', detail, { retryAfterSeconds: OVERLOAD_RETRY_SECONDS });
}
