const LENGTH = 500;

/** What a log line says of an error that is dealt with on the spot: its message, and never a statement's values. */
export function reasonOf(error: unknown): string {
  return messageOf(error).slice(0, LENGTH);
}

/** Several addresses that refuse at once come as an AggregateError without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
