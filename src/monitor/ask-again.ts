import { DEFAULT_TELL } from '../incident/tell.ts';
import type { Queryable } from '../store/database.ts';
import { lockIncidentsToAsk, type StoredIncident } from '../store/incidents.ts';
import { findMonitorById } from '../store/monitors.ts';
import type { WatchDeps } from './deps.ts';
import { readSpec } from './monitor-spec.ts';
import { type TellContext, tellIncident } from './tell-incident.ts';

const AT_ONCE = 50;

/** Reminders, and what a silence or quiet hours held back, once their time has come. True when the outbox got something. */
export async function askAgain(deps: WatchDeps): Promise<boolean> {
  return deps.db.transaction(async (tx) => {
    let hasTold = false;
    for (const stored of await lockIncidentsToAsk(tx, deps.clock, AT_ONCE)) {
      const context = await tellContextOf(tx, deps, stored);
      if (await tellIncident(tx, deps, stored, stored.incident, context)) hasTold = true;
    }
    return hasTold;
  });
}

/** How an incident's monitor wants it told; the usual way when the monitor is gone. */
export async function tellContextOf(tx: Queryable, deps: WatchDeps, stored: StoredIncident): Promise<TellContext> {
  const monitor = await findMonitorById(tx, stored.monitorId);
  const spec = monitor === undefined ? undefined : readSpec(monitor.spec);
  const base = { report: undefined, nowMs: deps.clock.now() };
  return { rules: spec?.tell ?? DEFAULT_TELL, channels: spec?.channels, ...base };
}
