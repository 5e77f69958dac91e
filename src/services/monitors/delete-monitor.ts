import { removeMonitor } from './apply-monitors.ts';
import type { MonitorContext } from './context.ts';
import { getMonitor } from './get-monitor.ts';

/** Its open incidents end, and people who were notified of them are notified of that. */
export async function deleteMonitor(context: MonitorContext, idOrName: string): Promise<void> {
  const monitor = await getMonitor(context.db, idOrName);
  await context.db.transaction((tx) => removeMonitor(tx, context, monitor));
  context.notifySoon();
}
