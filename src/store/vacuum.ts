import type { Database } from './database.ts';

/** The tables whose rows are replaced and deleted; partitions are dropped whole. */
const REWRITTEN = [
  'baselines',
  'coherence_history',
  'incidents',
  'ingest_keys',
  'late_minutes',
  'monitor_runs',
  'monitors',
  'notifications',
  'profile_parts',
  'reports',
  'scheduled_tasks',
];

/** Gives the room of deleted rows back and renews the planner's statistics. Postgres does so by itself; the embedded engine does not. */
export async function vacuumEmbedded(db: Database): Promise<void> {
  if (db.engine !== 'embedded') return;
  for (const table of REWRITTEN) await db.query(`vacuum analyze ${table}`);
}
