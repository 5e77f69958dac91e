import { type Config, readConfig } from '../config/config.ts';
import type { Database, StoreLog } from '../store/database.ts';
import { openDatabase } from '../store/engine/open.ts';
import { messageOf, usageFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { describeUnknown } from './unknown-variables.ts';

/** Reads the configuration. An invalid variable is a usage error, and so is one in `.env` that nothing reads. */
export function configFrom(terminal: Terminal): Config {
  const lines = describeUnknown(terminal).map((line) => `  ${line}`);
  try {
    const config = readConfig(terminal.env);
    if (lines.length === 0) return config;
  } catch (error) {
    throw usageFailure([messageOf(error), ...lines].join('\n'), { cause: error });
  }
  throw usageFailure(['The file .env is not valid:', ...lines].join('\n'));
}

/** Opens the database without a service: DATABASE_URL, or the embedded database if no service uses it. */
export async function withDatabase<T>(
  terminal: Terminal,
  work: (db: Database, log: StoreLog) => Promise<T>,
): Promise<T> {
  const { DATABASE_URL, DATA_DIR } = configFrom(terminal);
  const log = quietLog(terminal);
  const db = await openDatabase({
    ...(DATABASE_URL === undefined ? {} : { databaseUrl: DATABASE_URL }),
    dataDir: DATA_DIR,
    poolSize: 2,
    log,
  });
  try {
    return await work(db, log);
  } finally {
    await db.close();
  }
}

/** A command prints only warnings and errors of the database. */
function quietLog(terminal: Terminal): StoreLog {
  const print = (_fields: object, message: string) => terminal.err(`${message}\n`);
  return { info: () => undefined, warn: print, error: print };
}
