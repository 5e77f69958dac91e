import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../core/time/window.ts';
import type { Database } from '../../store/database.ts';
import { dropLateBefore } from '../../store/late-minutes.ts';
import { dropRunsBefore } from '../../store/monitor-runs.ts';
import { dropSentBefore } from '../../store/notifications.ts';
import { dropReportsBefore } from '../../store/reports.ts';

/** Reports, runs and delivered notifications past REPORT_RETENTION_DAYS; incidents, what they keep, and dead letters stay. */
export async function dropOld(db: Database, config: Config, nowMs: number): Promise<void> {
  const beforeMs = nowMs - config.REPORT_RETENTION_DAYS * DAY_MS;
  await dropReportsBefore(db, beforeMs);
  await dropRunsBefore(db, beforeMs);
  await dropSentBefore(db, beforeMs);
  await dropLateBefore(db, nowMs - DAY_MS);
}
