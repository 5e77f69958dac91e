import type { Database } from './database.ts';

/** The tables whose rows are replaced and deleted; partitions are dropped whole. */
const REWRITTEN = ['profile_parts', 'ingest_keys', 'reports', 'baselines'];

/** Gives the room of deleted rows back and renews the planner's statistics. Postgres does so by itself; the embedded engine does not. */
export async function vacuumEmbedded(db: Database): Promise<void> {
  if (db.engine !== 'embedded') return;
  for (const table of REWRITTEN) await db.query(`vacuum analyze ${table}`);
}
