import { AppError } from '../../core/errors.ts';
import { findPatternByName } from '../../store/monitor-patterns.ts';
import { findMonitor, type StoredMonitor } from '../../store/monitors.ts';
import type { MonitorContext } from './context.ts';
import { getMonitor } from './get-monitor.ts';
import { removePattern } from './pattern-monitors.ts';
import { removeMonitor } from './put-monitor.ts';

/**
 * Its open incidents end, and people who were notified of them are notified of that. With the name of a pattern: all the monitors that it made.
 *
 * @throws AppError `monitor_not_found`, or `conflict` for a monitor that a pattern would make again
 */
export async function deleteMonitor(context: MonitorContext, idOrName: string): Promise<void> {
  const { db } = context;
  const pattern = (await findMonitor(db, idOrName)) === undefined ? await findPatternByName(db, idOrName) : undefined;
  if (pattern !== undefined) await db.transaction((tx) => removePattern(tx, context, pattern));
  else {
    const monitor = await getMonitor(db, idOrName);
    assertOwn(monitor);
    await db.transaction((tx) => removeMonitor(tx, context, monitor));
  }
  context.notifySoon();
}

/** @throws AppError `conflict` for a monitor that a pattern has made */
export function assertOwn({ name, pattern }: StoredMonitor): void {
  if (pattern === null) return;
  const detail = `"${name}" comes from "${pattern}", which is for many streams: change or delete that one, or pause this one.`;
  throw new AppError('conflict', detail);
}
