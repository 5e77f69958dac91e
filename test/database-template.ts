import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Database } from '../src/store/database.ts';
import { migrate, readMigrations } from '../src/store/engine/migrate.ts';
import { openDatabase } from '../src/store/engine/open.ts';
import { makeTemporaryDirectory, runOnServer, urlOf } from './database.ts';
import { SILENT } from './silent-log.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `directory` is where embedded copies are made; it goes when the run ends. */
    testDatabase: { databaseUrl: string | undefined; template: string; directory: string };
  }
}

/** Migrates one database for the whole run; `test/database.ts` copies it for each worker. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const databaseUrl = process.env.DATABASE_URL || undefined;
  const directory = await makeTemporaryDirectory();
  const template = databaseUrl === undefined ? await makeEmbedded() : await makePostgres(databaseUrl);
  project.provide('testDatabase', { databaseUrl, template, directory });
  return async () => {
    if (databaseUrl !== undefined) await dropDatabases(databaseUrl, template);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
}

/** A first start takes seconds, so what it leaves is kept from run to run, for as long as what makes it stays the same. */
async function makeEmbedded(): Promise<string> {
  const template = join(tmpdir(), `plumbline-test-template-${await fingerprint()}`);
  if (!existsSync(template)) {
    const made = await makeTemporaryDirectory();
    await migrateAndClose(await openDatabase({ dataDir: made, log: SILENT }));
    // Another run may have been faster: then its template serves.
    await rename(made, template).catch(() => rm(made, { recursive: true }));
  }
  return template;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(
    await readFile(new URL('../src/store/engine/embedded-worker.ts', import.meta.url)),
  );
  for (const { checksum } of await readMigrations()) hash.update(checksum);
  return hash
    .update(await readFile(new URL('../package-lock.json', import.meta.url)))
    .digest('hex')
    .slice(0, 16);
}

async function makePostgres(databaseUrl: string): Promise<string> {
  const template = `plumbline_template_${randomUUID().replaceAll('-', '')}`;
  await runOnServer(databaseUrl, `create database ${template}`);
  await migrateAndClose(await openDatabase({ databaseUrl: urlOf(databaseUrl, template), dataDir: '', log: SILENT }));
  return template;
}

/** The template, and what workers have made of it: a worker that is ended closes nothing. */
async function dropDatabases(databaseUrl: string, template: string): Promise<void> {
  const made = `select datname::text as name from pg_database where datname like '${template}%'`;
  for (const { name } of await runOnServer<{ name: string }>(databaseUrl, made))
    await runOnServer(databaseUrl, `drop database ${name} with (force)`);
}

async function migrateAndClose(database: Database): Promise<void> {
  await migrate(database, SILENT);
  await database.close();
}
