import { reasonOf } from '../../core/format/reason-of.ts';
import { DEFAULT_TELL } from '../../core/incident/tell.ts';
import { findSpec } from '../../core/monitor/monitor-spec.ts';
import type { Queryable } from '../../store/database.ts';
import { lockIncidentToAsk, type StoredIncident } from '../../store/incidents.ts';
import { findMonitorById } from '../../store/monitors.ts';
import type { IncidentContext } from './context.ts';
import { type TellContext, tellIncident } from './tell-incident.ts';

const MOST_AT_ONCE = 1_000;

/** Reminders, and what a silence or quiet hours held back, once their time has come. True when the outbox got something. */
export async function askAgain(deps: IncidentContext): Promise<boolean> {
  let hasTold = false;
  const failed: number[] = [];
  for (let i = 0; i < MOST_AT_ONCE; i++) {
    const asked = await askOne(deps, failed);
    if (asked === undefined) break;
    if (asked) hasTold = true;
  }
  return hasTold;
}

/** One incident in a transaction of its own: what goes wrong with it holds up no other. Undefined when none is left. */
async function askOne(deps: IncidentContext, failed: number[]): Promise<boolean | undefined> {
  let id: number | undefined;
  try {
    return await deps.db.transaction(async (tx) => {
      const due = await lockIncidentToAsk(tx, deps.clock, failed);
      if (due === undefined) return undefined;
      id = due.id;
      return tellIncident(tx, deps, due, due.incident, { ...(await tellContextOf(tx, deps, due)), nowMs: due.nowMs });
    });
  } catch (error) {
    if (id === undefined) throw error;
    failed.push(id);
    deps.log.warn({ incident: id, reason: reasonOf(error) }, 'nobody could be reminded of this incident');
    return false;
  }
}

/** How an incident's monitor wants it told; the usual way when the monitor is gone. */
export async function tellContextOf(
  tx: Queryable,
  deps: IncidentContext,
  stored: StoredIncident,
): Promise<TellContext> {
  const monitor = await findMonitorById(tx, stored.monitorId);
  const spec = findSpec(monitor?.spec);
  const base = { report: undefined, nowMs: deps.clock.now() };
  return { rules: spec?.tell ?? DEFAULT_TELL, channels: spec?.channels, ...base };
}
