import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import type { Database } from '../src/store/database.ts';
import { openDatabase } from '../src/store/engine/open.ts';
import { SILENT } from './silent-log.ts';

/** A migrated, empty database of its own: a clone of a Postgres template when DATABASE_URL is set, else a copy of an embedded one. */
export async function openTestDatabase(): Promise<Database> {
  const { databaseUrl, template } = inject('testDatabase');
  return databaseUrl === undefined ? copyEmbedded(template) : createPostgres(databaseUrl, template);
}

/** The same for a test file: opened before its tests, closed after them. Each test makes its own stream. */
export function withDatabase(): () => Database {
  let database: Database | undefined;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(async () => {
    await database?.close();
  });
  return () => {
    if (database === undefined) throw new Error('The test database is open only inside tests');
    return database;
  };
}

/** Makes an empty directory that a test may fill; it is the test's to remove. */
export function makeTemporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'plumbline-test-'));
}

/** One without any migration. */
export async function openEmptyDatabase(): Promise<Database> {
  const { databaseUrl } = inject('testDatabase');
  return databaseUrl === undefined
    ? openEmbedded(await makeTemporaryDirectory())
    : createPostgres(databaseUrl, 'template1');
}

async function copyEmbedded(template: string): Promise<Database> {
  const dataDir = await makeTemporaryDirectory();
  await cp(template, dataDir, { recursive: true });
  return openEmbedded(dataDir);
}

async function openEmbedded(dataDir: string): Promise<Database> {
  const database = await openDatabase({ dataDir, log: SILENT });
  return closedThen(database, () => rm(dataDir, { recursive: true }));
}

async function createPostgres(databaseUrl: string, template: string): Promise<Database> {
  const name = `plumbline_test_${randomUUID().replaceAll('-', '')}`;
  await runOnServer(databaseUrl, `create database ${name} template ${template}`);
  const database = await openDatabase({ databaseUrl: urlOf(databaseUrl, name), dataDir: '', poolSize: 4, log: SILENT });
  return closedThen(database, () => runOnServer(databaseUrl, `drop database ${name} with (force)`));
}

function closedThen(database: Database, afterwards: () => Promise<unknown>): Database {
  const close = async (): Promise<void> => {
    await database.close();
    await afterwards();
  };
  return {
    engine: database.engine,
    query: (sql, params) => database.query(sql, params),
    transaction: (work, options) => database.transaction(work, options),
    close,
  };
}

export async function runOnServer(databaseUrl: string, sql: string): Promise<void> {
  const server = await openDatabase({ databaseUrl, dataDir: '', poolSize: 1, log: SILENT });
  try {
    await server.query(sql);
  } finally {
    await server.close();
  }
}

export function urlOf(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}
