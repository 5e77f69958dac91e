import type { DatabaseEngine } from '../core/database-engine.ts';

/**
 * What runs SQL: the database, or one transaction in it. Without parameters the text may have several statements; the result is the last one's.
 * On both engines int8 comes back as number, bytea as Uint8Array, timestamptz as Date, json as what it parses to.
 */
export interface Queryable {
  /** `rowCount`: rows returned, or changed by an insert, update or delete. */
  query<R extends object>(
    sql: string,
    params?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<{ rows: R[]; rowCount: number }>;
}

export interface QueryOptions {
  /**
   * The name of a prepared statement: each connection of a server plans it once. One text for each name; few names, because plans take memory.
   * Ignored in a transaction, where a plan would not see the partitions that others have attached since it began.
   */
  readonly prepareAs?: string | undefined;
}

export interface TransactionOptions {
  readonly isolation?: 'repeatable read';
}

export interface Database extends Queryable {
  readonly engine: DatabaseEngine;
  /** Commits when `work` resolves, rolls back when it throws. Inside, use only `tx`: the embedded engine has one connection. */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** The same database; there, a statement that gets no answer for this long fails, and its connection is replaced. */
  within(timeoutMs: number): Database;
  readonly availability: DatabaseAvailability;
  close(): Promise<void>;
}

/** What is known about a database without asking it. */
export interface DatabaseAvailability {
  /** What a statement met, until `recovered`: some faults do not show when one reads. */
  readonly lastFault: DatabaseFault | undefined;
  /** Whether a statement has waited for half the time that it may wait: then its connection is probably dead. */
  readonly isSilent: boolean;
  recovered(): void;
}

/** For what happens without a request: a lost connection, a restarted engine. Pino's logger fits. */
export interface StoreLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Why a database cannot serve, in words that follow "The database". They name no address and no statement. */
export const DATABASE_FAULTS = {
  unreachable: 'does not answer',
  timed_out: 'did not answer a statement in time',
  refused: 'refuses this service: check the user, the password and the database of DATABASE_URL',
  read_only: 'is read-only',
  disk_full: 'has no disk space left',
  out_of_memory: 'has no memory left',
  too_many_connections: 'has no connection left',
  out_of_resources: 'has reached a limit on its resources',
  shutting_down: 'is shutting down or starting',
  io_failed: 'cannot read or write its files',
} as const;

export type DatabaseFault = keyof typeof DATABASE_FAULTS;

/** The database cannot serve now: connection lost, engine restarting, time-out, full disk. Whether a commit in flight happened is unknown. */
export class DatabaseUnavailable extends Error {
  readonly fault: DatabaseFault;

  constructor(reason: string, options: { fault?: DatabaseFault; cause?: unknown } = {}) {
    super(`The database is unavailable: ${reason}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DatabaseUnavailable';
    this.fault = options.fault ?? 'unreachable';
  }
}

export function beginStatement(options: TransactionOptions = {}): string {
  return options.isolation === undefined ? 'begin' : `begin isolation level ${options.isolation}`;
}

/** After a failed statement whose error was caught, `commit` succeeds and rolls back. */
export function assertCommitted(command: string): void {
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back, because a statement in it had failed');
}
