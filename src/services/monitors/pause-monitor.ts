import { readSpec } from '../../core/monitor/monitor-spec.ts';
import { nextSlot } from '../../core/time/schedule.ts';
import { readDatabaseTime } from '../../store/database-time.ts';
import { setMonitorPaused } from '../../store/monitors.ts';
import type { MonitorContext } from './context.ts';
import { getMonitor } from './get-monitor.ts';

/**
 * Stops the runs of a monitor, or starts them again from the next one on. Its open incidents stay as they are.
 *
 * @returns its id
 */
export async function pauseMonitor(context: MonitorContext, idOrName: string, isPaused: boolean): Promise<number> {
  const { db, clock } = context;
  const { id, spec } = await getMonitor(db, idOrName);
  const { schedule, delayMs } = readSpec(spec);
  const nowMs = await readDatabaseTime(db, clock);
  const nextSlotMs = nextSlot(schedule, nowMs);
  await setMonitorPaused(db, id, isPaused, { nowMs, nextSlotMs, dueAtMs: nextSlotMs + delayMs });
  return id;
}
