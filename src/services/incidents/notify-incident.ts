import type { ReportBody } from '../../core/drift/report.ts';
import { buildMessage } from '../../core/incident/build-message.ts';
import type { Incident, LastNotification } from '../../core/incident/incident.ts';
import type { NotificationReason } from '../../core/incident/message.ts';
import {
  decideNotification,
  type NotificationPolicy,
  nextNotificationAt,
} from '../../core/incident/notification-policy.ts';
import { chooseChannels } from '../../core/incident/route.ts';
import { addAuditEntry, findLastReport } from '../../store/audit-log.ts';
import type { Queryable } from '../../store/database.ts';
import { type StoredIncident, updateIncident } from '../../store/incidents.ts';
import { insertNotifications } from '../../store/notifications.ts';
import type { IncidentContext } from './context.ts';

export interface NotifyContext {
  readonly rules: NotificationPolicy;
  /** The monitor's own channels; else the routes choose. */
  readonly channels: readonly string[] | undefined;
  /** The report that this comes from; without one the incident's last is told. */
  readonly report: ReportBody | undefined;
  /** Who or what ended it, where no window did. */
  readonly ended?: string;
  readonly nowMs: number;
}

/**
 * Writes an incident as it now is, and what people are told of it, in one transaction with the change itself.
 *
 * @returns whether anything went into the outbox
 */
export async function notifyIncident(
  tx: Queryable,
  deps: IncidentContext,
  stored: StoredIncident,
  incident: Incident,
  context: NotifyContext,
): Promise<boolean> {
  const { rules, nowMs } = context;
  const before = stored.lastNotification ?? undefined;
  const decision = decideNotification(incident, before, stored, rules, nowMs);
  deps.metrics.decided(decision.notify, decision.reason);
  const lastNotification = decision.notify
    ? await notify(tx, deps, { ...stored, incident }, decision.reason, context)
    : before;
  const notifyAtMs = nextNotificationAt(incident, lastNotification, stored, rules, nowMs);
  await updateIncident(tx, stored.id, { incident, lastNotification: lastNotification ?? null, notifyAtMs, nowMs });
  return decision.notify && (lastNotification?.channels.length ?? 0) > 0;
}

async function notify(
  tx: Queryable,
  deps: IncidentContext,
  stored: StoredIncident,
  reason: NotificationReason,
  { channels: own, report, nowMs, ended }: NotifyContext,
): Promise<LastNotification> {
  const { incident, id, streamId, lastNotification } = stored;
  const chosen = own ?? chooseChannels(deps.routes, { ...stored, severity: incident.severity });
  // Whoever was told of it is told of its end.
  const channels = [...new Set(reason === 'resolved' ? [...chosen, ...(lastNotification?.channels ?? [])] : chosen)];
  const message = buildMessage({
    ...stored,
    ...{ id: `plumbline-${id}-${nowMs}-${reason}`, incidentId: id, lastNotification: lastNotification ?? undefined },
    ...{ reason, report: report ?? (await lastReport(tx, stored)), nowMs, url: urlOf(deps, id), ended },
  });
  const inserts = channels.map((channel) => ({ streamId, incidentId: id, channel, message }));
  await insertNotifications(tx, deps.clock, inserts);
  await addAuditEntry(tx, stored, { atMs: nowMs, who: 'plumbline', what: `notified_${reason}`, details: { channels } });
  const earlier = reason === 'reopened' || reason === 'opened' ? [] : (lastNotification?.channels ?? []);
  return {
    atMs: nowMs,
    state: incident.state === 'resolved' ? 'resolved' : 'firing',
    severity: incident.severity,
    checks: incident.failing.map(({ check }) => check),
    channels: [...new Set([...earlier, ...channels])],
  };
}

async function lastReport(tx: Queryable, stored: StoredIncident): Promise<ReportBody | undefined> {
  const body = await findLastReport(tx, stored);
  return body === undefined ? undefined : (JSON.parse(body) as ReportBody);
}

function urlOf({ config }: IncidentContext, id: number): string | null {
  return config.PUBLIC_URL === undefined ? null : `${config.PUBLIC_URL.replace(/\/+$/, '')}/v1/incidents/${id}`;
}
