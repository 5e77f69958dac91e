/** The only source of "now". Everything that needs the time takes a Clock, so that tests drive it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Time is driven (a test, a simulation): the database gets it as well, instead of using its own clock. */
  readonly isDriven?: true;
}

/** The clock of the system. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until `ms` is set. */
export class DrivenClock implements Clock {
  readonly isDriven = true;
  ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  now(): number {
    return this.ms;
  }
}
