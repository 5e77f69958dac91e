import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, inject } from 'vitest';
import type { Database } from '../src/store/database.ts';
import { openDatabase } from '../src/store/engine/open.ts';
import { SILENT } from './silent-log.ts';

/** How many connections a test's Postgres database has. */
export const POOL_SIZE = 4;

/** The embedded engine has one connection: there, nothing ever waits for a lock. */
export function isOnPostgres(): boolean {
  return inject('testDatabase').databaseUrl !== undefined;
}

/** A migrated, empty database of its own: a clone of a Postgres template when DATABASE_URL is set, else a copy of an embedded one. */
export async function openTestDatabase(): Promise<Database> {
  const { databaseUrl, template } = inject('testDatabase');
  return databaseUrl === undefined ? copyEmbedded(template) : createPostgres(databaseUrl, template);
}

/** Opened once for all files that a worker runs: an embedded database takes two seconds of computing to open. */
let shared: Promise<{ database: Database; tables: ReadonlySet<string> }> | undefined;

/** The database of this worker, emptied; for a test that needs all of it. Closing it does nothing. */
export async function emptiedDatabase(): Promise<Database> {
  shared ??= openShared();
  const { database, tables } = await shared;
  await restoreEmpty(database, tables);
  return database;
}

/** The same for a test file: emptied before its tests. Each test makes its own stream. */
export function withDatabase(): () => Database {
  let database: Database | undefined;
  beforeAll(async () => {
    database = await emptiedDatabase();
  });
  return () => {
    if (database === undefined) throw new Error('The test database is open only inside tests');
    return database;
  };
}

async function openShared(): Promise<{ database: Database; tables: ReadonlySet<string> }> {
  const opened = await openTestDatabase();
  return { database: { ...opened, close: async () => undefined }, tables: new Set(await listTables(opened)) };
}

async function listTables(db: Database): Promise<string[]> {
  const sql = `select relname::text as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')`;
  return (await db.query<{ name: string }>(sql)).rows.map(({ name }) => name);
}

/** Drops what tests have added, partitions too, and empties what holds rows: few tables do, and each costs. */
async function restoreEmpty(db: Database, tables: ReadonlySet<string>): Promise<void> {
  const added = (await listTables(db)).filter((name) => !tables.has(name));
  if (added.length > 0) await db.query(`drop table ${added.join(', ')}`);
  const known = [...tables].filter((name) => name !== 'schema_migrations');
  const exists = known.map((name) => `select '${name}' as name where exists (select from ${name})`);
  const { rows } = await db.query<{ name: string }>(exists.join(' union all '));
  if (rows.length === 0) return;
  await db.query(`truncate ${rows.map(({ name }) => name).join(', ')} restart identity cascade`);
}

/** Makes an empty directory that a test may fill; it is the test's to remove. */
export function makeTemporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'plumbline-test-'));
}

/** One without any migration. */
export async function openEmptyDatabase(): Promise<Database> {
  const { databaseUrl } = inject('testDatabase');
  return databaseUrl === undefined ? openEmbedded(await makeDataDirectory()) : createPostgres(databaseUrl, 'template1');
}

/** One that goes when the run ends, whether its database was closed or not. */
function makeDataDirectory(): Promise<string> {
  return mkdtemp(join(inject('testDatabase').directory, 'data-'));
}

async function copyEmbedded(template: string): Promise<Database> {
  const dataDir = await makeDataDirectory();
  await cp(template, dataDir, { recursive: true });
  return openEmbedded(dataDir);
}

async function openEmbedded(dataDir: string): Promise<Database> {
  const database = await openDatabase({ dataDir, log: SILENT });
  return closedThen(database, () => rm(dataDir, { recursive: true }));
}

async function createPostgres(databaseUrl: string, template: string): Promise<Database> {
  const name = await createClone(databaseUrl, template);
  const database = await openDatabase({
    databaseUrl: urlOf(databaseUrl, name),
    dataDir: '',
    poolSize: POOL_SIZE,
    log: SILENT,
  });
  return closedThen(database, () => runOnServer(databaseUrl, `drop database ${name} with (force)`));
}

/** Creates a database on a server, and returns its name. Those that are left are dropped after the run. */
export async function createClone(databaseUrl: string, template: string): Promise<string> {
  const name = `${inject('testDatabase').template}_${randomUUID().slice(0, 8)}`;
  await runOnServer(databaseUrl, `create database ${name} template ${template}`);
  return name;
}

function closedThen(database: Database, afterwards: () => Promise<unknown>): Database {
  const close = async (): Promise<void> => {
    await database.close();
    await afterwards();
  };
  return {
    engine: database.engine,
    availability: database.availability,
    within: (timeoutMs) => database.within(timeoutMs),
    query: (sql, params, options) => database.query(sql, params, options),
    transaction: (work, options) => database.transaction(work, options),
    close,
  };
}

export async function runOnServer<R extends object>(databaseUrl: string, sql: string): Promise<readonly R[]> {
  const server = await openDatabase({ databaseUrl, dataDir: '', poolSize: 1, log: SILENT });
  try {
    return (await server.query<R>(sql)).rows;
  } finally {
    await server.close();
  }
}

export function urlOf(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}
