import { reasonOf } from '../../core/format/reason-of.ts';
import type { MonitorDocument } from '../../core/monitor/monitor-spec.ts';
import { escapeStream } from '../../core/monitor/stream-pattern.ts';
import { DatabaseUnavailable } from '../../store/database.ts';
import { listNeedlessDefaults, listUnwatchedStreams } from '../../store/monitors.ts';
import { failedWith } from '../../store/sql-state.ts';
import type { MonitorContext } from './context.ts';
import { putMonitor, removeMonitor } from './put-monitor.ts';

const MAX_NAME = 200;
/** Two units for each character, and room for a number. */
const CUT_NAME = 85;

/** Every stream with an active baseline is watched: one without a monitor of its own gets this. */
function defaultDocument(
  name: string,
  stream: { service: string; endpoint: string },
  windowMinutes: number,
): MonitorDocument {
  return { name, stream: escapeStream(stream), window: `${windowMinutes}m`, every: '5m' };
}

/** Makes the default monitors that are missing, and removes those that nobody needs any more. Safe on every replica. */
export async function keepDefaultMonitors(context: MonitorContext): Promise<void> {
  const areWanted = context.config.DEFAULT_MONITOR === 'on';
  for (const monitor of await listNeedlessDefaults(context.db, areWanted)) {
    await context.db.transaction((tx) => removeMonitor(tx, context, monitor));
  }
  if (!areWanted) return;
  for (const { id, service, endpoint } of await listUnwatchedStreams(context.db)) {
    const name = `${service} ${endpoint}`;
    const stream = { service, endpoint };
    if (name.length <= MAX_NAME && (await tryToPut(context, name, stream))) continue;
    // The name is taken, or too long. Cut between characters, never within one.
    const cut = [...name].slice(0, CUT_NAME).join('');
    await tryToPut(context, `${cut} #${id}`, stream);
  }
}

/** False when the name is taken, or another replica was faster. What goes wrong with one stream holds up no other. */
async function tryToPut(
  context: MonitorContext,
  name: string,
  stream: { service: string; endpoint: string },
): Promise<boolean> {
  try {
    const document = defaultDocument(name, stream, context.config.DRIFT_WINDOW_MINUTES);
    await context.db.transaction((tx) => putMonitor(tx, context, { document, origin: 'default', old: undefined }));
    return true;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    if (!failedWith(error, 'UNIQUE_VIOLATION')) {
      context.log.warn({ ...stream, reason: reasonOf(error) }, 'no default monitor could be created for this stream');
    }
    return false;
  }
}
