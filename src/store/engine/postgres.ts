import pg from 'pg';
import { reasonOf } from '../../core/format/reason-of.ts';
import {
  assertCommitted,
  beginStatement,
  type Database,
  DatabaseUnavailable,
  type Queryable,
  type StoreLog,
  type TransactionOptions,
} from '../database.ts';
import { failedWith } from '../sql-state.ts';

const CONNECTION_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const IDLE_TIMEOUT_MS = 30_000;

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly log: StoreLog;
  readonly statementTimeoutMs?: number;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** Connects with the first query, and again after every loss: when the server restarts, queries fail with DatabaseUnavailable for a while. */
export function openPostgres(options: PostgresOptions): Database {
  const { databaseUrl, poolSize, log, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    types,
    keepAlive: true,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    application_name: 'plumbline',
  });
  const onLoss = (error: Error): void => log.warn({ reason: error.message }, 'lost a connection to Postgres');
  pool.on('error', onLoss);
  pool.on('connect', (client) => void client.on('error', onLoss));
  return {
    engine: 'postgres',
    query: (sql, params) => run(pool, sql, params),
    transaction: (work, transaction) => inTransaction(pool, work, transaction),
    close: () => pool.end(),
  };
}

async function inTransaction<T>(
  pool: pg.Pool,
  work: (tx: Queryable) => Promise<T>,
  options: TransactionOptions | undefined,
): Promise<T> {
  const client = await pool.connect().catch(rethrow);
  const tx: Queryable = { query: (sql, params) => run(client, sql, params) };
  try {
    await tx.query(beginStatement(options));
    const result = await work(tx);
    const { command } = await client.query('commit').catch(rethrow);
    assertCommitted(command);
    client.release();
    return result;
  } catch (error) {
    await rollBackAndRelease(client);
    throw error;
  }
}

/** A client that cannot roll back is discarded: its next user would be in this transaction. */
async function rollBackAndRelease(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true);
  }
}

async function run<R extends object>(
  on: pg.Pool | pg.PoolClient,
  sql: string,
  params: readonly unknown[] = [],
): Promise<{ rows: R[]; rowCount: number }> {
  // Without values pg uses the simple protocol, which returns an array for several statements.
  const answer: pg.QueryResult<R & pg.QueryResultRow> | pg.QueryResult<R & pg.QueryResultRow>[] =
    await (params.length === 0 ? on.query(sql) : on.query(sql, [...params])).catch(rethrow);
  const result = Array.isArray(answer) ? answer.at(-1) : answer;
  return { rows: result?.rows ?? [], rowCount: result?.rowCount ?? 0 };
}

function rethrow(error: unknown): never {
  throw isUnavailable(error) ? new DatabaseUnavailable(reasonOf(error), { cause: error }) : error;
}

/** Classes of SQLSTATEs: connection exceptions, shutdown and start-up; and the codes of sockets. */
const UNAVAILABLE_CODE = /^(08...|57P0\d|E[A-Z_]{4,})$/;
const UNAVAILABLE_MESSAGE =
  /timeout exceeded when trying to connect|connection terminated|connection error|client was closed|cannot use a pool after/i;

function isUnavailable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.every(isUnavailable);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (UNAVAILABLE_CODE.test(code) || UNAVAILABLE_MESSAGE.test(error.message)) return true;
  return failedWith(error, 'TOO_MANY_CONNECTIONS', 'QUERY_CANCELED');
}
