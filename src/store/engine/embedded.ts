import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../core/format/reason-of.ts';
import { Availability } from '../availability.ts';
import {
  assertCommitted,
  beginStatement,
  type Database,
  DatabaseUnavailable,
  type Queryable,
  type StoreLog,
} from '../database.ts';
import { lockDirectory } from './directory-lock.ts';
import { EmbeddedEngine } from './embedded-engine.ts';
import { Mutex } from './mutex.ts';
import { toUnavailable } from './to-unavailable.ts';

const QUERY_TIMEOUT_MS = 60_000;
const LOG_CHECK_EVERY = 256;
const LOG_LIMIT_BYTES = 64 * 1024 * 1024;

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: StoreLog;
  readonly queryTimeoutMs?: number;
}

/** A database in a directory, for an installation without Postgres. It locks the directory until it is closed. */
export async function openEmbedded({
  dataDir,
  log,
  queryTimeoutMs = QUERY_TIMEOUT_MS,
}: EmbeddedOptions): Promise<Database> {
  const directory = resolve(dataDir);
  await mkdir(directory, { recursive: true });
  const lock = await lockDirectory(directory);
  const engine = new EmbeddedEngine({ directory: join(directory, 'pgdata') }, { timeoutMs: queryTimeoutMs, log });
  try {
    await engine.start();
  } catch (error) {
    await lock.release();
    throw error;
  }
  return new EmbeddedDatabase(engine, { log, queryTimeoutMs }, () => lock.release());
}

interface Sent<R> {
  readonly rows: R[];
  readonly rowCount: number;
  readonly command: string;
}

/** One connection: a transaction has it from begin to commit, and others wait. */
class EmbeddedDatabase implements Database {
  readonly engine = 'embedded';
  readonly #engine: EmbeddedEngine;
  readonly availability: Availability;
  readonly #log: StoreLog;
  readonly #queryTimeoutMs: number;
  readonly #onClosed: () => Promise<void>;
  readonly #mutex = new Mutex();
  #isClosed = false;
  #uses = 0;

  constructor(
    engine: EmbeddedEngine,
    { log, queryTimeoutMs }: { log: StoreLog; queryTimeoutMs: number },
    onClosed: () => Promise<void>,
  ) {
    this.#engine = engine;
    this.availability = new Availability(log);
    this.#log = log;
    this.#queryTimeoutMs = queryTimeoutMs;
    this.#onClosed = onClosed;
  }

  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number }> {
    return this.#exclusively(() => this.#send<R>(sql, params));
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: { isolation?: 'repeatable read' }): Promise<T> {
    return this.#exclusively(async () => {
      await this.#send(beginStatement(options));
      const { generation } = this.#engine;
      const assertSame = (): void => {
        if (this.#engine.generation !== generation) throw new DatabaseUnavailable('it restarted within a transaction');
      };
      try {
        const result = await work({
          query: async (sql, params) => {
            assertSame();
            return this.#send(sql, params);
          },
        });
        assertSame();
        assertCommitted((await this.#send('commit')).command);
        return result;
      } catch (error) {
        if (this.#engine.generation === generation) await this.#rollBack();
        throw error;
      }
    });
  }

  /** The engine's own watchdog replaces it: there is one connection, and to lose it is to restart the engine. */
  within(): Database {
    return this;
  }

  /** Waits for the statement that runs; a second call does nothing. */
  close(): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      try {
        await this.#engine.request({ kind: 'close' });
      } finally {
        await this.#engine.stop();
        await this.#onClosed();
      }
    });
  }

  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      const result = await task();
      if (++this.#uses % LOG_CHECK_EVERY === 0) await this.#keepLogShort();
      return result;
    });
  }

  /** The engine has no checkpointer: without this, its write-ahead log would grow until it is closed. */
  async #keepLogShort(): Promise<void> {
    const sql = `select pg_current_wal_lsn() - redo_lsn > ${LOG_LIMIT_BYTES} as "isLong" from pg_control_checkpoint()`;
    try {
      const { rows } = await this.#send<{ isLong: boolean }>(sql);
      if (rows[0]?.isLong === true) await this.#send('checkpoint');
    } catch (error) {
      // The statement has succeeded; the next one meets the failure.
      this.#log.warn({ reason: reasonOf(error) }, 'the embedded database made no checkpoint');
    }
  }

  async #send<R extends object>(sql: string, params: readonly unknown[] = []): Promise<Sent<R>> {
    if (this.#isClosed) throw new DatabaseUnavailable('it is closed');
    const request = async () => {
      try {
        return await this.#engine.request({ kind: 'query', sql, params });
      } catch (error) {
        throw toUnavailable(error);
      }
    };
    const { rows, rowCount, command } = await this.availability.watch(request, this.#queryTimeoutMs);
    return { rows: rows as R[], rowCount, command };
  }

  /** When the engine has ended there is nothing to roll back. */
  async #rollBack(): Promise<void> {
    await this.#send('rollback').catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) throw error;
    });
  }
}
