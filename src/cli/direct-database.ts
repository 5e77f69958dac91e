import { type Config, readConfig } from '../config/config.ts';
import type { Database, StoreLog } from '../store/database.ts';
import { openDatabase } from '../store/engine/open.ts';
import { Failure, messageOf } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** The configuration; a wrong variable is one clear message. */
export function configFrom(terminal: Terminal): Config {
  try {
    return readConfig(terminal.env);
  } catch (error) {
    throw new Failure(messageOf(error), 2, { cause: error });
  }
}

/** Opens the database itself, without a service: DATABASE_URL, or the embedded directory when no service holds it. */
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

/** A command speaks to a person: only what went wrong is told. */
function quietLog(terminal: Terminal): StoreLog {
  const tell = (_fields: object, message: string) => terminal.err(`${message}\n`);
  return { info: () => undefined, warn: tell, error: tell };
}
