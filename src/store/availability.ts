import {
  type Database,
  type DatabaseAvailability,
  type DatabaseFault,
  DatabaseUnavailable,
  type StoreLog,
} from './database.ts';

const LOG_EVERY_MS = 10_000;

/** Watches the statements of a database. */
export class Availability implements DatabaseAvailability {
  readonly #log: StoreLog;
  readonly #waiting = new Set<{ readonly overdueAtMs: number }>();
  #lastFault: DatabaseFault | undefined;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(log: StoreLog) {
    this.#log = log;
  }

  get lastFault(): DatabaseFault | undefined {
    return this.#lastFault;
  }

  get isSilent(): boolean {
    const now = performance.now();
    return [...this.#waiting].some(({ overdueAtMs }) => overdueAtMs <= now);
  }

  recovered(): void {
    this.#lastFault = undefined;
  }

  /** Runs one statement, and remembers what it met. */
  async watch<T>(statement: () => Promise<T>, timeoutMs: number): Promise<T> {
    const waiting = { overdueAtMs: performance.now() + timeoutMs / 2 };
    this.#waiting.add(waiting);
    try {
      return await statement();
    } catch (error) {
      if (error instanceof DatabaseUnavailable) this.#record(error);
      throw error;
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  #record({ fault, message }: DatabaseUnavailable): void {
    this.#lastFault = fault;
    const now = performance.now();
    if (now - this.#loggedAtMs < LOG_EVERY_MS) return;
    this.#loggedAtMs = now;
    this.#log.error({ fault, reason: message }, 'the database cannot serve');
  }
}

const IS_READ_ONLY = `select current_setting('transaction_read_only') = 'on' as "isReadOnly"`;
/** Takes new space on the disk, a quarter of a megabyte, and gives it back. */
const TRY_WRITING = `create temporary table availability on commit drop as
  select md5(i::text) as filler from generate_series(1, 4000) i`;

/** Why the database cannot serve; undefined when it can. Writes only after a fault: only that shows that a full disk has room again. */
export async function findDatabaseFault(db: Database): Promise<DatabaseFault | undefined> {
  const { availability } = db;
  if (availability.isSilent) return 'timed_out';
  try {
    const { rows } = await db.query<{ isReadOnly: boolean }>(IS_READ_ONLY);
    if (rows[0]?.isReadOnly === true) return 'read_only';
    if (availability.lastFault !== undefined) await db.transaction((tx) => tx.query(TRY_WRITING));
    availability.recovered();
    return undefined;
  } catch (error) {
    return error instanceof DatabaseUnavailable ? error.fault : 'unreachable';
  }
}
