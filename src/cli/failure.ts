/** Why a command ends without success, in one line for stderr. Exit code 1, or 2 for wrong usage and for `--fail-on-drift`. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** Wrong usage: the command cannot be understood. */
export function usageFailure(message: string): Failure {
  return new Failure(message, 2);
}

/** The first line of an error: enough for a person, without the stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** The `code` that Node puts on system errors (`ECONNREFUSED`, `ENOENT`), also where another error wraps it as its cause. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : systemCode(error.cause);
}
