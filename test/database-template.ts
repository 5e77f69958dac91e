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
    testDatabase: { databaseUrl: string | undefined; template: string };
  }
}

/** Migrates one database for the whole run; `test/database.ts` copies it for each test file. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const databaseUrl = process.env.DATABASE_URL || undefined;
  return databaseUrl === undefined ? setupEmbedded(project) : setupPostgres(project, databaseUrl);
}

/** A first start takes seconds, so what it leaves is kept from run to run, for as long as what makes it stays the same. */
async function setupEmbedded(project: TestProject): Promise<() => Promise<void>> {
  const template = join(tmpdir(), `plumbline-test-template-${await fingerprint()}`);
  if (!existsSync(template)) {
    const made = await makeTemporaryDirectory();
    await migrateAndClose(await openDatabase({ dataDir: made, log: SILENT }));
    // Another run may have been faster: then its template serves.
    await rename(made, template).catch(() => rm(made, { recursive: true }));
  }
  project.provide('testDatabase', { databaseUrl: undefined, template });
  return async () => {};
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

async function setupPostgres(project: TestProject, databaseUrl: string): Promise<() => Promise<void>> {
  const template = `plumbline_template_${randomUUID().replaceAll('-', '')}`;
  await runOnServer(databaseUrl, `create database ${template}`);
  await migrateAndClose(await openDatabase({ databaseUrl: urlOf(databaseUrl, template), dataDir: '', log: SILENT }));
  project.provide('testDatabase', { databaseUrl, template });
  return () => runOnServer(databaseUrl, `drop database ${template} with (force)`);
}

async function migrateAndClose(database: Database): Promise<void> {
  await migrate(database, SILENT);
  await database.close();
}
