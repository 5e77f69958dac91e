import { DEFAULT_NOTIFICATION_POLICY } from '../../core/incident/notification-policy.ts';
import { findSpec } from '../../core/monitor/monitor-spec.ts';
import { addAuditEntry } from '../../store/audit-log.ts';
import type { Queryable } from '../../store/database.ts';
import { deleteIncident, lockIncidents } from '../../store/incidents.ts';
import type { StoredMonitor } from '../../store/monitors.ts';
import type { IncidentContext } from './context.ts';
import { notifyIncident } from './notify-incident.ts';

/** Ends the open incidents of a locked monitor that nobody will look after any more. Whoever was told of them is told so. */
export async function closeIncidents(
  tx: Queryable,
  deps: IncidentContext,
  monitor: StoredMonitor,
  reason: string,
  isMeant: (group: string) => boolean = () => true,
): Promise<void> {
  const spec = findSpec(monitor.spec);
  const nowMs = deps.clock.now();
  for (const stored of await lockIncidents(tx, monitor.id, nowMs)) {
    if (stored.incident.state === 'resolved' || !isMeant(stored.group)) continue;
    if (stored.incident.openedAtMs === null) {
      await deleteIncident(tx, stored);
      continue;
    }
    const incident = { ...stored.incident, state: 'resolved' as const, resolvedAtMs: nowMs };
    deps.metrics.changed('monitor_deleted');
    await addAuditEntry(tx, stored, { atMs: nowMs, who: 'plumbline', what: 'monitor_deleted', details: { reason } });
    const context = {
      rules: spec?.notificationPolicy ?? DEFAULT_NOTIFICATION_POLICY,
      channels: spec?.channels,
      report: undefined,
      nowMs,
      ended: `Nothing has passed: ${reason}.`,
    };
    await notifyIncident(tx, deps, stored, incident, context);
  }
}
