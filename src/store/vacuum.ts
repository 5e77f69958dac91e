import type { Database } from './database.ts';

/** The tables whose rows are updated and deleted; partitions are dropped as a whole. */
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

/** Frees the space of deleted rows and updates the planner's statistics. The embedded engine has no autovacuum. */
export async function vacuumEmbedded(db: Database): Promise<void> {
  if (db.engine !== 'embedded') return;
  for (const table of REWRITTEN) await db.query(`vacuum analyze ${table}`);
}
