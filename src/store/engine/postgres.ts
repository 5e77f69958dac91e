import type pg from 'pg';
import { Availability } from '../availability.ts';
import {
  assertCommitted,
  beginStatement,
  type Database,
  type DatabaseFault,
  DatabaseUnavailable,
  type Queryable,
  type QueryOptions,
  type StoreLog,
  type TransactionOptions,
} from '../database.ts';
import { Connections } from './connections.ts';
import { toUnavailable } from './to-unavailable.ts';

const STATEMENT_TIMEOUT_MS = 60_000;
/** Below the time-out of the server, which is of no use when its answer does not arrive. */
const QUERY_TIMEOUT_MS = 55_000;

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly log: StoreLog;
  readonly statementTimeoutMs?: number;
}

/** Connects with the first query, and again after every loss: when the server restarts, queries fail with DatabaseUnavailable for a while. */
export function openPostgres(options: PostgresOptions): Database {
  const { log, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const connections = new Connections({ ...options, statementTimeoutMs });
  return new PostgresDatabase(connections, new Availability(log), QUERY_TIMEOUT_MS);
}

class PostgresDatabase implements Database {
  readonly engine = 'postgres';
  readonly availability: Availability;
  readonly #connections: Connections;
  readonly #timeoutMs: number;

  constructor(connections: Connections, availability: Availability, timeoutMs: number) {
    this.#connections = connections;
    this.availability = availability;
    this.#timeoutMs = timeoutMs;
  }

  within(timeoutMs: number): Database {
    return new PostgresDatabase(this.#connections, this.availability, timeoutMs);
  }

  query<R extends object>(
    sql: string,
    params?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<{ rows: R[]; rowCount: number }> {
    return this.#run<R>(this.#connections.pool, { sql, params, name: options?.prepareAs });
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T> {
    const { pool } = this.#connections;
    const client = await this.#watch(pool, () => pool.connect());
    const tx: Queryable = {
      query: (sql, params) => this.#run(pool, { on: client, sql, params }),
    };
    try {
      await tx.query(beginStatement(options));
      const result = await work(tx);
      const { command } = await this.#watch(pool, () => client.query(this.#statement('commit')));
      assertCommitted(command);
      client.release();
      return result;
    } catch (error) {
      if (error instanceof DatabaseUnavailable && ENDS_CONNECTION.has(error.fault)) client.release(error);
      else await this.#rollBackAndRelease(client);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** A client that cannot roll back is discarded: its next user would be in this transaction. */
  async #rollBackAndRelease(client: pg.PoolClient): Promise<void> {
    try {
      await client.query(this.#statement('rollback'));
      client.release();
    } catch (error) {
      client.release(error instanceof Error ? error : true);
    }
  }

  async #run<R extends object>(
    pool: pg.Pool,
    { on = pool, sql, params = [], name }: Statement,
  ): Promise<{ rows: R[]; rowCount: number }> {
    // Without values pg uses the simple protocol, which returns an array for several statements.
    const answer: pg.QueryResult<R & pg.QueryResultRow> | pg.QueryResult<R & pg.QueryResultRow>[] = await this.#watch(
      pool,
      () => on.query(this.#statement(sql, params, name)),
    );
    const result = Array.isArray(answer) ? answer.at(-1) : answer;
    return { rows: result?.rows ?? [], rowCount: result?.rowCount ?? 0 };
  }

  #statement(text: string, values: readonly unknown[] = [], name?: string): pg.QueryConfig & { query_timeout: number } {
    return values.length === 0
      ? { text, query_timeout: this.#timeoutMs }
      : { text, values: [...values], query_timeout: this.#timeoutMs, ...(name !== undefined && { name }) };
  }

  #watch<T>(pool: pg.Pool, statement: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      try {
        return await statement();
      } catch (error) {
        if (isSilence(error)) this.#connections.replace(pool);
        throw toUnavailable(error);
      }
    };
    return this.availability.watch(run, this.#timeoutMs);
  }
}

interface Statement {
  readonly on?: pg.Pool | pg.PoolClient;
  readonly sql: string;
  readonly params: readonly unknown[] | undefined;
  readonly name?: string | undefined;
}

/** After these nothing more is sent on a connection; the next one may reach another server, which is not read-only. */
const ENDS_CONNECTION: ReadonlySet<DatabaseFault> = new Set(['unreachable', 'timed_out', 'shutting_down', 'read_only']);

function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
