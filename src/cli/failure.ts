/** A failed command, with one line for stderr. The exit code is 1, or 2 for wrong usage and for `--fail-on-drift`. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** Wrong usage of a command: exit code 2. */
export function usageFailure(message: string): Failure {
  return new Failure(message, 2);
}

/** What a person reads of an error: its whole message, without the stack. A log has `reasonOf`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
