import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/engine/migrate.ts';
import { openEmptyDatabase } from '../database.ts';
import { SILENT } from '../silent-log.ts';

/** The database of the release before the words of docs/glossary.md, as `scripts/make-upgrade-fixture.ts` found it after an hour's work. */
export interface OldDatabase {
  /** When the old release stopped. */
  readonly endMs: number;
  /** An API key of scope admin. */
  readonly key: string;
  /** What the old routes answered, by URL. */
  readonly answers: Readonly<Record<string, object>>;
  readonly partitions: readonly { readonly parent: string; readonly name: string; readonly bound: string }[];
  readonly rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly sequences: readonly { readonly name: string; readonly value: number }[];
}

const FILE = new URL('./old-database.json.gz', import.meta.url);
/** The last migration that the old release had. */
const OLD_VERSION = 7;

export async function readOldDatabase(): Promise<OldDatabase> {
  return JSON.parse(gunzipSync(await readFile(FILE)).toString());
}

/** A database as the old release left it: its schema and its rows. The caller migrates it. */
export async function openOldDatabase({ partitions, rows, sequences }: OldDatabase): Promise<Database> {
  const db = await openEmptyDatabase();
  const migrations = await readMigrations();
  await migrate(
    db,
    SILENT,
    migrations.filter(({ version }) => version <= OLD_VERSION),
  );
  for (const { parent, name, bound } of partitions) {
    await db.query(`create table ${name} partition of ${parent} ${bound}`);
  }
  for (const [table, entries] of Object.entries(rows)) {
    const sql = `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1::json)`;
    await db.query(sql, [JSON.stringify(entries)]);
  }
  for (const { name, value } of sequences) await db.query('select setval($1::regclass, $2)', [name, value]);
  return db;
}
