import type { Config } from '../../config/config.ts';
import { SPANS } from '../../core/profile/span.ts';
import type { Clock } from '../../core/time/clock.ts';
import { DAY_MS, floorTo } from '../../core/time/window.ts';
import { dropHistoryBefore } from '../../store/coherence.ts';
import type { Database } from '../../store/database.ts';
import { dropOldIngestKeys } from '../../store/ingest-keys.ts';
import { dropLateBefore } from '../../store/late-minutes.ts';
import { dropRunsBefore } from '../../store/monitor-runs.ts';
import { dropSentBefore } from '../../store/notifications.ts';
import { dropPartitionsBefore, ensurePartitions } from '../../store/partitions.ts';
import { dropReportsBefore } from '../../store/reports.ts';
import { dropProfilesBefore } from '../../store/stored-profiles.ts';
import { vacuumEmbedded } from '../../store/vacuum.ts';

export interface MaintenanceContext {
  readonly db: Database;
  readonly config: Pick<Config, 'EVENT_RETENTION_DAYS' | 'MINUTE_PROFILE_DAYS' | 'REPORT_RETENTION_DAYS'>;
  readonly clock: Clock;
}

const DAYS_AHEAD = 2;

/**
 * Creates the partitions of the coming days, drops what is past its retention, and vacuums the embedded engine. Safe to run at any time and
 * on every replica.
 *
 * @returns how many days of events were dropped
 */
export async function runMaintenance({ db, config, clock }: MaintenanceContext): Promise<number> {
  const nowMs = clock.now();
  const daysAgo = (days: number) => floorTo(nowMs, DAY_MS) - days * DAY_MS;

  const comingDays = Array.from({ length: DAYS_AHEAD + 1 }, (_, i) => daysAgo(-i));
  await ensurePartitions(db, comingDays);

  // Profiles of a day are stored for ever; those of an hour can be rebuilt only while their events are there.
  const eventsFromMs = daysAgo(config.EVENT_RETENTION_DAYS);
  const droppedDays = await dropPartitionsBefore(db, eventsFromMs);
  await dropProfilesBefore(db, SPANS.minute, daysAgo(config.MINUTE_PROFILE_DAYS));
  await dropProfilesBefore(db, SPANS.hour, eventsFromMs);

  // Incidents, their reports and dead letters stay.
  const reportsFromMs = nowMs - config.REPORT_RETENTION_DAYS * DAY_MS;
  await dropReportsBefore(db, reportsFromMs);
  await dropRunsBefore(db, reportsFromMs);
  await dropSentBefore(db, reportsFromMs);
  await dropHistoryBefore(db, reportsFromMs);

  await dropLateBefore(db, nowMs - DAY_MS);
  await dropOldIngestKeys(db);
  await vacuumEmbedded(db);
  return droppedDays;
}
