import type { ChangeReason } from '../../core/incident/incident.ts';
import { linksOf } from '../../core/incident/links.ts';
import { DEFAULT_NOTIFICATION_POLICY } from '../../core/incident/notification-policy.ts';
import { findSpec } from '../../core/monitor/monitor-spec.ts';
import { addAuditEntry } from '../../store/audit-log.ts';
import type { Queryable } from '../../store/database.ts';
import { readDatabaseTime } from '../../store/database-time.ts';
import { deleteIncident, lockIncidents } from '../../store/incidents.ts';
import type { StoredMonitor } from '../../store/monitors.ts';
import type { IncidentContext } from './context.ts';
import { notifyIncident } from './notify-incident.ts';

/** What happened to a monitor that its incidents end with, for people. */
const SENTENCES = {
  monitor_changed: 'its monitor was changed',
  monitor_deleted: 'its monitor was deleted',
} as const satisfies Partial<Record<ChangeReason, string>>;

export interface Closing {
  readonly reason: keyof typeof SENTENCES;
  /** Which of its groups nothing will evaluate any more; all of them when not given. */
  readonly endsGroup?: (group: string) => boolean;
}

/** Ends the open incidents of a locked monitor that nothing will evaluate any more. Those who were notified of them hear of the end. */
export async function closeIncidents(
  tx: Queryable,
  context: IncidentContext,
  monitor: StoredMonitor,
  { reason, endsGroup = () => true }: Closing,
): Promise<void> {
  const spec = findSpec(monitor.spec);
  const nowMs = await readDatabaseTime(tx, context.clock);
  const sentence = SENTENCES[reason];
  for (const stored of await lockIncidents(tx, monitor.id, nowMs)) {
    if (stored.incident.state === 'resolved' || !endsGroup(stored.group)) continue;
    if (stored.incident.openedAtMs === null) {
      await deleteIncident(tx, stored);
      continue;
    }
    const incident = { ...stored.incident, state: 'resolved' as const, resolvedAtMs: nowMs };
    context.metrics.changed(reason);
    await addAuditEntry(tx, stored, { atMs: nowMs, who: 'plumbline', what: reason, details: { reason: sentence } });
    const request = {
      rules: spec?.notificationPolicy ?? DEFAULT_NOTIFICATION_POLICY,
      channels: spec?.channels,
      links: spec?.links ?? linksOf({}, stored.labels),
      evaluated: undefined,
      nowMs,
      ended: `Nothing has passed: ${sentence}.`,
    };
    await notifyIncident(tx, context, { ...stored, incident }, request);
  }
}
