/** The only source of "now". Everything that needs the time takes a Clock, so that tests drive it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
