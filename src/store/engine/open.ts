import type { Database, StoreLog } from '../database.ts';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';

export interface OpenOptions {
  /** Postgres when given, else the embedded engine in `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly poolSize?: number;
  readonly log: StoreLog;
}

/** Opens without migrating. Postgres is first reached by the first query; the embedded engine runs, and holds its directory, on return. */
export async function openDatabase({ databaseUrl, dataDir, poolSize = 8, log }: OpenOptions): Promise<Database> {
  if (databaseUrl !== undefined) return openPostgres({ databaseUrl, poolSize, log });
  return openEmbedded({ dataDir, log });
}
