import type { Config } from '../../config/config.ts';
import { SPANS } from '../../core/profile/span.ts';
import { DAY_MS, floorTo } from '../../core/time/window.ts';
import type { Database } from '../../store/database.ts';
import { dropOldIngestKeys } from '../../store/ingest-keys.ts';
import { dropPartitionsBefore, ensurePartitions } from '../../store/partitions.ts';
import { dropProfilesBefore } from '../../store/stored-profiles.ts';
import { vacuumEmbedded } from '../../store/vacuum.ts';

const DAYS_AHEAD = 2;

/**
 * Creates partitions for the coming days, drops the partitions of days whose events are past retention, and drops old profiles of short
 * spans that no window reads any more. Safe to run at any time and on every replica.
 *
 * @returns whether days of events were dropped
 */
export async function runMaintenance(db: Database, config: Config, nowMs: number): Promise<boolean> {
  const todayMs = floorTo(nowMs, DAY_MS);
  await ensurePartitions(
    db,
    Array.from({ length: DAYS_AHEAD + 1 }, (_, i) => todayMs + i * DAY_MS),
  );
  const eventsFromMs = floorTo(nowMs - config.EVENT_RETENTION_DAYS * DAY_MS, DAY_MS);
  const dropped = await dropPartitionsBefore(db, eventsFromMs);
  await dropOldIngestKeys(db);
  await dropProfilesBefore(db, 60, floorTo(nowMs - config.MINUTE_PROFILE_DAYS * DAY_MS, DAY_MS));
  await dropProfilesBefore(db, SPANS.hour, eventsFromMs);
  await vacuumEmbedded(db);
  return dropped > 0;
}
