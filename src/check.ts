import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { reasonOf } from './core/format/reason-of.ts';
import { systemCode } from './core/format/system-code.ts';
import type { Clock } from './core/time/clock.ts';
import { assertSafeHost } from './http/auth.ts';
import { readBaselineFile } from './services/baselines/load-baseline.ts';
import { checkMonitors, findMonitorErrors } from './services/monitors/check-monitors.ts';
import { readMonitorsFile } from './services/monitors/read-monitors-file.ts';
import { readChannels } from './services/notify/read-channels.ts';
import { countApiKeys } from './store/api-keys.ts';
import type { Database, StoreLog } from './store/database.ts';
import { DirectoryInUse } from './store/engine/directory-lock.ts';
import { assertKnownHistory, pendingMigrations } from './store/engine/migrate.ts';
import { openDatabase } from './store/engine/open.ts';
import { assertNotGuards } from './store/guard-table.ts';

/** What a part of the service would meet at its start. */
export interface Finding {
  readonly part: string;
  /** In a line, or several where a file has several errors. */
  readonly text: string;
  /** Why the service would not start. */
  readonly error?: unknown;
}

interface CheckContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const SILENT: StoreLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Looks at all that the service reads at its start, in that order. Starts nothing, and changes nothing. */
export async function* checkService(context: CheckContext): AsyncGenerator<Finding> {
  const { config } = context;
  const channels = await findingOf('channels', () => checkChannels(context));
  yield channels;
  if (config.BASELINE_PATH !== undefined) yield await findingOf('baseline', () => checkBaseline(config.BASELINE_PATH));
  const opened = await openForCheck(config);
  yield opened.finding;
  const { db } = opened;
  try {
    const schema = db && (await findingOf('schema', () => checkSchema(db, config)));
    if (schema !== undefined) yield schema;
    const isReady = schema !== undefined && schema.error === undefined && schema.text.startsWith(UP_TO_DATE);
    if (config.MONITORS_FILE !== undefined)
      yield await findingOf('monitors', () => checkMonitorsFile(context, channels.names, isReady ? db : undefined));
  } finally {
    await db?.close();
  }
}

type Found = Omit<Finding, 'part' | 'error'> & { readonly names?: ReadonlySet<string> };

async function findingOf(part: string, look: () => Promise<Found>): Promise<Found & Finding> {
  try {
    return { part, ...(await look()) };
  } catch (error) {
    return { part, text: error instanceof Error ? error.message : reasonOf(error), error };
  }
}

async function checkChannels({ config, clock, env }: CheckContext): Promise<Found> {
  const { byName } = await readChannels({ config, clock, env, log: SILENT });
  const listed = [...byName.values()].map(({ name, isDryRun }) =>
    isDryRun ? `${name} (no secrets: only logged)` : name,
  );
  return {
    text: `${config.CHANNELS_FILE ?? 'from the environment'}: ${listed.join(', ')}`,
    names: new Set(byName.keys()),
  };
}

async function checkBaseline(path = ''): Promise<Found> {
  const { service, endpoint } = await readBaselineFile(path);
  return { text: `${path}, of ${service} ${endpoint}` };
}

/** The embedded database is opened only where it exists: a check makes no directory. */
async function openForCheck({ DATABASE_URL: url, DATA_DIR: dataDir }: Config) {
  const part = 'database';
  if (url === undefined && !existsSync(join(dataDir, 'pgdata')))
    return { finding: { part, text: `embedded, will be created in ${dataDir}` } };
  let db: Database | undefined;
  try {
    db = await openDatabase({ ...(url !== undefined && { databaseUrl: url }), dataDir, poolSize: 1, log: SILENT });
    const { rows } = await db.query<{ version: string }>(`select current_setting('server_version') as version`);
    const where = url === undefined ? `embedded in ${dataDir}` : placeOf(url);
    return { db, finding: { part, text: `${where}, Postgres ${rows[0]?.version ?? ''}` } };
  } catch (error) {
    await db?.close();
    // A service that runs has it. What it would find at its next start cannot be seen beside it.
    if (error instanceof DirectoryInUse)
      return { finding: { part, text: `${error.message}; its schema is not checked` } };
    return { finding: { part, text: error instanceof Error ? error.message : reasonOf(error), error } };
  }
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

const UP_TO_DATE = 'up to date';

async function checkSchema(db: Database, config: Config): Promise<Found> {
  await assertNotGuards(db);
  await assertKnownHistory(db);
  const pending = await pendingMigrations(db);
  if (pending.length > 0) return { text: `the start will apply ${pending.length} migrations, from ${pending[0]}` };
  const keys = await countApiKeys(db);
  assertSafeHost(config, keys);
  return { text: `${UP_TO_DATE}, ${keys} API ${keys === 1 ? 'key' : 'keys'}` };
}

async function checkMonitorsFile(
  { config }: CheckContext,
  channelNames: ReadonlySet<string> | undefined,
  db: Database | undefined,
): Promise<Found> {
  const { MONITORS_FILE: path = '' } = config;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new RangeError(`${path} cannot be read (${systemCode(error) ?? 'unknown'})`);
  });
  const file = readMonitorsFile(text);
  const found =
    db === undefined || channelNames === undefined
      ? checkMonitors(file.documents, channelNames)
      : await findMonitorErrors({ db, channelNames }, file.documents);
  const errors = [...file.errors, ...found.map(file.atLine)];
  if (errors.length > 0)
    throw new RangeError(`${path}:${errors.map(({ line, message }) => `\n  line ${line}: ${message}`).join('')}`);
  return { text: `${path}: ${file.documents.length} monitors` };
}
