import type { Queryable, StoreLog } from '../database.ts';
import { latestMigration } from './migrate.ts';

/** Notices when a newer version of the program has migrated the database: what this process writes from then on may be wrong. */
export class SchemaWatch {
  readonly #db: Queryable;
  readonly #log: StoreLog;
  /** As of the start: the files may be replaced while the process runs. */
  readonly #latest = latestMigration();
  #newer: string | undefined;

  constructor(db: Queryable, log: StoreLog) {
    this.#db = db;
    this.#log = log;
  }

  /** The migration of a newer version, as of the last check. */
  get newerMigration(): string | undefined {
    return this.#newer;
  }

  get isNewer(): boolean {
    return this.#newer !== undefined;
  }

  async check(): Promise<void> {
    const sql = 'select name from schema_migrations where version > $1 order by version desc limit 1';
    const newer = (await this.#db.query<{ name: string }>(sql, [this.#latest])).rows[0]?.name;
    if (newer !== undefined && this.#newer === undefined) {
      this.#log.error(
        { migration: newer },
        'a newer version has migrated the database; this process stores nothing more',
      );
    }
    this.#newer = newer;
  }
}
