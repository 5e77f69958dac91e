/** The SQLSTATEs that somebody acts upon, by the names that Postgres gives them (appendix A of its documentation). */
const SQL_STATES = {
  UNIQUE_VIOLATION: '23505',
  DEADLOCK_DETECTED: '40P01',
  TOO_MANY_CONNECTIONS: '53300',
  LOCK_NOT_AVAILABLE: '55P03',
  QUERY_CANCELED: '57014',
} as const;

type SqlStateName = keyof typeof SQL_STATES;

const SQL_STATE = /^[0-9A-Z]{5}$/;

/** Whether the database refused a statement, whatever its state. */
export function isSqlError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && SQL_STATE.test(String(error.code));
}

/** Whether this is a statement that failed with one of these states, on either engine. */
export function failedWith(error: unknown, ...names: readonly SqlStateName[]): boolean {
  return error instanceof Error && 'code' in error && names.some((name) => SQL_STATES[name] === error.code);
}
