import type { Ending } from './exit-codes.ts';

/** A failed command, with one line for stderr. `ending` decides the exit code. */
export class Failure extends Error {
  readonly ending: Ending;

  constructor(message: string, ending: Ending = 'failure', options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.ending = ending;
  }
}

/** Wrong usage of a command, also a file that cannot be used. */
export function usageFailure(message: string, options?: ErrorOptions): Failure {
  return new Failure(message, 'usage', options);
}

/** How a command ends that was refused with this status. A gateway that does not reach the service says 502 or 504. */
export function endingOfStatus(status: number): Ending {
  if (status === 429 || (status >= 502 && status <= 504)) return 'unavailable';
  return status >= 400 && status < 500 ? 'usage' : 'failure';
}

/** What a person reads of an error: its whole message, without the stack. A log has `reasonOf`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
