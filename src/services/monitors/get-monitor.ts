import { AppError } from '../../core/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { findMonitor, type StoredMonitor } from '../../store/monitors.ts';

/** @throws AppError `monitor_not_found` */
export async function getMonitor(db: Queryable, idOrName: string): Promise<StoredMonitor> {
  const monitor = await findMonitor(db, idOrName);
  if (monitor !== undefined) return monitor;
  throw new AppError('monitor_not_found', `No monitor named "${idOrName}" exists; GET /v1/monitors lists them.`);
}
