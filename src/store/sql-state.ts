import type { DatabaseFault } from './database.ts';

/** The SQLSTATEs that somebody acts upon, by the names that Postgres gives them (appendix A of its documentation). */
const SQL_STATES = {
  UNIQUE_VIOLATION: '23505',
  READ_ONLY_SQL_TRANSACTION: '25006',
  IDLE_IN_TRANSACTION_SESSION_TIMEOUT: '25P03',
  TRANSACTION_TIMEOUT: '25P04',
  STATEMENT_COMPLETION_UNKNOWN: '40003',
  DEADLOCK_DETECTED: '40P01',
  DISK_FULL: '53100',
  OUT_OF_MEMORY: '53200',
  TOO_MANY_CONNECTIONS: '53300',
  OBJECT_IN_USE: '55006',
  LOCK_NOT_AVAILABLE: '55P03',
  QUERY_CANCELED: '57014',
  DATABASE_DROPPED: '57P04',
  IDLE_SESSION_TIMEOUT: '57P05',
} as const;

type SqlStateName = keyof typeof SQL_STATES;

/**
 * What a failed statement means: the database cannot serve anybody now (a fault); this transaction lost against another one and may be
 * sent again; or the statement is wrong.
 */
type Outcome = DatabaseFault | 'retry' | 'failed';

/** Every class of SQLSTATEs that Postgres has, by the two characters that they begin with. */
export const SQL_STATE_CLASSES: Readonly<Record<string, Outcome>> = {
  '00': 'failed', // successful completion
  '01': 'failed', // warning
  '02': 'failed', // no data
  '03': 'failed', // statement not yet complete
  '08': 'unreachable', // connection exception
  '09': 'failed', // triggered action exception
  '0A': 'failed', // feature not supported
  '0B': 'failed', // invalid transaction initiation
  '0F': 'failed', // locator exception
  '0L': 'failed', // invalid grantor
  '0P': 'failed', // invalid role specification
  '0Z': 'failed', // diagnostics exception
  '10': 'failed', // XQuery error
  '20': 'failed', // case not found
  '21': 'failed', // cardinality violation
  '22': 'failed', // data exception
  '23': 'failed', // integrity constraint violation
  '24': 'failed', // invalid cursor state
  '25': 'failed', // invalid transaction state
  '26': 'failed', // invalid SQL statement name
  '27': 'failed', // triggered data change violation
  '28': 'refused', // invalid authorization specification
  '2B': 'failed', // dependent privilege descriptors still exist
  '2D': 'failed', // invalid transaction termination
  '2F': 'failed', // SQL routine exception
  '34': 'failed', // invalid cursor name
  '38': 'failed', // external routine exception
  '39': 'failed', // external routine invocation exception
  '3B': 'failed', // savepoint exception
  '3D': 'refused', // invalid catalog name: there is no such database
  '3F': 'failed', // invalid schema name
  '40': 'retry', // transaction rollback
  '42': 'failed', // syntax error or access rule violation
  '44': 'failed', // with check option violation
  '53': 'out_of_resources', // insufficient resources
  '54': 'failed', // program limit exceeded
  '55': 'failed', // object not in prerequisite state
  '57': 'shutting_down', // operator intervention
  '58': 'io_failed', // system error
  '72': 'retry', // snapshot failure
  F0: 'failed', // configuration file error
  HV: 'failed', // foreign data wrapper error
  P0: 'failed', // PL/pgSQL error
  XX: 'failed', // internal error
};

/** Those that mean something else than their class. */
const EXCEPTIONS: Readonly<Partial<Record<SqlStateName, Outcome>>> = {
  READ_ONLY_SQL_TRANSACTION: 'read_only',
  IDLE_IN_TRANSACTION_SESSION_TIMEOUT: 'timed_out',
  TRANSACTION_TIMEOUT: 'timed_out',
  STATEMENT_COMPLETION_UNKNOWN: 'unreachable',
  DISK_FULL: 'disk_full',
  OUT_OF_MEMORY: 'out_of_memory',
  TOO_MANY_CONNECTIONS: 'too_many_connections',
  OBJECT_IN_USE: 'retry',
  LOCK_NOT_AVAILABLE: 'retry',
  QUERY_CANCELED: 'timed_out',
  DATABASE_DROPPED: 'refused',
  IDLE_SESSION_TIMEOUT: 'unreachable',
};

const EXCEPTION_OF_STATE = new Map(
  Object.entries(EXCEPTIONS).map(([name, outcome]) => [SQL_STATES[name as SqlStateName] as string, outcome]),
);

export function outcomeOf(sqlState: string): Outcome {
  return EXCEPTION_OF_STATE.get(sqlState) ?? SQL_STATE_CLASSES[sqlState.slice(0, 2)] ?? 'failed';
}

/** Whether the same statement may succeed when it is sent again. */
export function isRetryable(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && outcomeOf(error.code) === 'retry'
  );
}

const SQL_STATE = /^[0-9A-Z]{5}$/;

/** Whether the database refused a statement, whatever its state. */
export function isSqlError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && SQL_STATE.test(String(error.code));
}

/** Whether this is a statement that failed with one of these states, on either engine. */
export function failedWith(error: unknown, ...names: readonly SqlStateName[]): boolean {
  return error instanceof Error && 'code' in error && names.some((name) => SQL_STATES[name] === error.code);
}
