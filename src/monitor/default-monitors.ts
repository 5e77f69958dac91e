import { sqlState } from '../store/database.ts';
import { listNeedlessDefaults, listUnwatchedStreams } from '../store/monitors.ts';
import { putMonitor, removeMonitor } from './apply-monitors.ts';
import type { WatchDeps } from './deps.ts';
import type { MonitorDocument } from './monitor-spec.ts';

const UNIQUE_VIOLATION = '23505';
const MAX_NAME = 200;

/** Every stream with an active baseline is watched: one without a monitor of its own gets this. */
function defaultDocument(service: string, endpoint: string, id: number, windowMinutes: number): MonitorDocument {
  const name = `${service} ${endpoint}`;
  return {
    // Long names and names that are taken already get the stream's number.
    name: name.length <= MAX_NAME - 20 ? name : `${name.slice(0, MAX_NAME - 20)} #${id}`,
    stream: { service, endpoint },
    window: `${windowMinutes}m`,
    every: '5m',
  };
}

/** Makes the default monitors that are missing, and removes those that nobody needs any more. Safe on every replica. */
export async function keepDefaultMonitors(deps: WatchDeps): Promise<void> {
  const isWanted = deps.config.DEFAULT_MONITOR === 'on';
  for (const monitor of await listNeedlessDefaults(deps.db)) {
    await deps.db.transaction((tx) => removeMonitor(tx, deps, monitor));
  }
  if (!isWanted) return;
  for (const { id, service, endpoint } of await listUnwatchedStreams(deps.db)) {
    const document = defaultDocument(service, endpoint, id, deps.config.DRIFT_WINDOW_MINUTES);
    if (await tryToPut(deps, document)) continue;
    await tryToPut(deps, { ...document, name: `${document.name.slice(0, MAX_NAME - 20)} #${id}` });
  }
}

/** False when the name is taken, or another replica was faster. */
async function tryToPut(deps: WatchDeps, document: MonitorDocument): Promise<boolean> {
  try {
    await deps.db.transaction((tx) => putMonitor(tx, deps, document, 'default', undefined));
    return true;
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
}
