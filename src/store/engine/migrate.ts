import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { DAY_MS } from '../../core/time/window.ts';
import type { Database, Queryable, StoreLog } from '../database.ts';
import { assertNotGuards } from '../guard-table.ts';

/** A number that no other advisory lock uses. */
const MIGRATIONS_LOCK = 7_346_200;

/** A migration of a large table may take hours, and a second process waits for the first. */
const LONGEST_MIGRATION_MS = DAY_MS;

const DIRECTORY = new URL('../../../migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly sql: string;
}

/** The numbered files of the package, in order. A number that is missing or given twice is a RangeError. */
export async function readMigrations(directory: URL = DIRECTORY): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => FILE_NAME.test(name)).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(name.slice(0, 4));
      if (version !== index + 1) throw new RangeError(`migrations: expected number ${index + 1}, found ${name}`);
      const sql = (await readFile(new URL(name, directory), 'utf8')).replaceAll('\r\n', '\n');
      return { version, name, checksum: createHash('sha256').update(sql).digest('hex'), sql };
    }),
  );
}

/** The number of the last file of the package. */
export function latestMigration(directory: URL = DIRECTORY): number {
  return readdirSync(directory).filter((name) => FILE_NAME.test(name)).length;
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

/**
 * Brings the schema up to date; returns how many files it applied. Each file is one transaction under a lock, so that of several
 * processes starting at once one migrates and the others wait.
 *
 * @throws WrongDatabase before anything is changed, when the database is that of Intent Drift Guard
 */
export async function migrate(db: Database, log: StoreLog, migrations?: readonly Migration[]): Promise<number> {
  const known = migrations ?? (await readMigrations());
  const patient = db.within(LONGEST_MIGRATION_MS);
  await assertNotGuards(db);
  let applied = 0;
  for (const migration of known) {
    const isNew = await patient.transaction((tx) => applyOne(tx, migration, known));
    if (isNew) log.info({ migration: migration.name }, 'migration applied');
    applied += isNew ? 1 : 0;
  }
  return applied;
}

async function applyOne(tx: Queryable, migration: Migration, known: readonly Migration[]): Promise<boolean> {
  await tx.query(`set local statement_timeout = 0; select pg_advisory_xact_lock(${MIGRATIONS_LOCK})`);
  const history = await readHistory(tx);
  checkHistory(history, known);
  if (history.some((entry) => entry.version === migration.version)) return false;
  await tx.query(migration.sql);
  const { version, name, checksum } = migration;
  await tx.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
    version,
    name,
    checksum,
  ]);
  return true;
}

async function readHistory(tx: Queryable): Promise<Applied[]> {
  await tx.query(`create table if not exists schema_migrations (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`);
  return (await tx.query<Applied>('select version, name, checksum from schema_migrations order by version')).rows;
}

function checkHistory(history: readonly Applied[], known: readonly Migration[]): void {
  for (const applied of history) {
    const file = known.find((migration) => migration.version === applied.version);
    if (file === undefined) {
      throw new Error(
        `The database is newer than this program: it has migration ${applied.name}. Install a newer version.`,
      );
    }
    if (file.checksum !== applied.checksum) {
      throw new Error(
        `Migration ${file.name} was changed after it was applied. Restore it, and write a new migration instead.`,
      );
    }
  }
}

/** Names of the files not yet applied; reads only. */
export async function pendingMigrations(db: Queryable): Promise<string[]> {
  const applied = new Set((await findHistory(db)).map(({ version }) => version));
  return (await readMigrations()).filter(({ version }) => !applied.has(version)).map(({ name }) => name);
}

/** Throws, as `migrate` does, when the database is newer than this program, or a file was changed; reads only. */
export async function assertKnownHistory(db: Queryable): Promise<void> {
  checkHistory(await findHistory(db), await readMigrations());
}

/** Empty where nothing was ever migrated. */
async function findHistory(db: Queryable): Promise<Applied[]> {
  const { rows } = await db.query<{ exists: boolean }>(`select to_regclass('schema_migrations') is not null as exists`);
  if (rows[0]?.exists !== true) return [];
  return (await db.query<Applied>('select version, name, checksum from schema_migrations order by version')).rows;
}
