const LENGTH = 500;

/** What a log line says of an error that is dealt with on the spot: its message, and never a statement's values. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, LENGTH);
}
