import type { DatabaseEngine } from '../core/database-engine.ts';
/**
 * What runs SQL: the database, or one transaction in it. Without parameters the text may have several statements; the result is the last one's.
 * On both engines int8 comes back as number, bytea as Uint8Array, timestamptz as Date, json as what it parses to.
 */
export interface Queryable {
  /** `rowCount`: rows returned, or changed by an insert, update or delete. */
  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number }>;
}

export interface TransactionOptions {
  readonly isolation?: 'repeatable read';
}

export interface Database extends Queryable {
  readonly engine: DatabaseEngine;
  /** Commits when `work` resolves, rolls back when it throws. Inside, use only `tx`: the embedded engine has one connection. */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}

/** For what happens without a request: a lost connection, a restarted engine. Pino's logger fits. */
export interface StoreLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The database cannot answer now: connection lost, engine restarting, time-out. Whether a commit in flight happened is unknown. */
export class DatabaseUnavailable extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The database is unavailable: ${reason}`, options);
    this.name = 'DatabaseUnavailable';
  }
}

export function beginStatement(options: TransactionOptions = {}): string {
  return options.isolation === undefined ? 'begin' : `begin isolation level ${options.isolation}`;
}

/** After a failed statement whose error was caught, `commit` succeeds and rolls back. */
export function assertCommitted(command: string): void {
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back, because a statement in it had failed');
}
