import { buildMessage, type EvaluatedWindow } from '../../core/incident/build-message.ts';
import type { LastNotification } from '../../core/incident/incident.ts';
import type { Message, NotificationReason } from '../../core/incident/message.ts';
import {
  decideNotification,
  type NotificationPolicy,
  nextNotificationAt,
} from '../../core/incident/notification-policy.ts';
import { chooseChannels } from '../../core/incident/route.ts';
import { addAuditEntry, findLastWindow } from '../../store/audit-log.ts';
import type { Queryable } from '../../store/database.ts';
import { type StoredIncident, updateIncident } from '../../store/incidents.ts';
import { insertNotifications } from '../../store/notifications.ts';
import type { IncidentContext } from './context.ts';

/** What may lead to a notification, and by which rules. */
export interface NotificationRequest {
  readonly rules: NotificationPolicy;
  /** The monitor's own channels; else the routes choose. */
  readonly channels: readonly string[] | undefined;
  /** The window that this comes from; without one it is the last that the incident failed on. */
  readonly evaluated: EvaluatedWindow | undefined;
  /** Who or what ended it, where no window did. */
  readonly ended?: string;
  readonly nowMs: number;
}

/**
 * Writes an incident as it now is, and its notification, in one transaction with the change itself.
 *
 * @param stored - with the incident as it has become
 * @returns whether anything went into the outbox
 */
export async function notifyIncident(
  tx: Queryable,
  context: IncidentContext,
  stored: StoredIncident,
  request: NotificationRequest,
): Promise<boolean> {
  const { rules, nowMs } = request;
  const { incident } = stored;
  const before = stored.lastNotification;
  const decision = decideNotification(incident, stored, rules, nowMs);
  context.metrics.decided(decision.notify, decision.reason);
  const message = decision.notify
    ? await messageOf(tx, context, { ...stored, reason: decision.reason }, request)
    : null;
  const lastNotification = message === null ? before : await send(tx, context, { ...stored, message }, request);
  const notifyAtMs = nextNotificationAt(incident, { ...stored, lastNotification }, rules, nowMs);
  await updateIncident(tx, stored.id, { incident, lastNotification, notifyAtMs, nowMs });
  return decision.notify && (lastNotification?.channels.length ?? 0) > 0;
}

async function messageOf(
  tx: Queryable,
  { config }: IncidentContext,
  stored: StoredIncident & { readonly reason: NotificationReason },
  { evaluated, ended, nowMs }: NotificationRequest,
): Promise<Message> {
  const { id, reason, lastNotification } = stored;
  return buildMessage({
    ...stored,
    id: `plumbline-${id}-${nowMs}-${reason}`,
    incidentId: id,
    lastNotification: lastNotification ?? undefined,
    evaluated: evaluated ?? (await findLastWindow(tx, stored)),
    url: config.PUBLIC_URL === undefined ? null : `${config.PUBLIC_URL.replace(/\/+$/, '')}/v1/incidents/${id}`,
    ended,
    nowMs,
  });
}

/** Puts a message into the outbox, a row for each channel. */
async function send(
  tx: Queryable,
  { clock, routes }: IncidentContext,
  stored: StoredIncident & { readonly message: Message },
  { channels: own, nowMs }: NotificationRequest,
): Promise<LastNotification> {
  const { incident, id, streamId, lastNotification, message } = stored;
  const { reason } = message;
  const chosen = own ?? chooseChannels(routes, { ...stored, severity: incident.severity });
  // Channels that were notified of it hear of its end.
  const channels = [...new Set(reason === 'resolved' ? [...chosen, ...(lastNotification?.channels ?? [])] : chosen)];
  const inserts = channels.map((channel) => ({ streamId, incidentId: id, channel, message }));
  await insertNotifications(tx, clock, inserts);
  await addAuditEntry(tx, stored, { atMs: nowMs, who: 'plumbline', what: `notified_${reason}`, details: { channels } });
  const earlier = reason === 'reopened' || reason === 'opened' ? [] : (lastNotification?.channels ?? []);
  return {
    atMs: nowMs,
    state: message.state,
    severity: incident.severity,
    checks: incident.failing.map(({ check }) => check),
    channels: [...new Set([...earlier, ...channels])],
  };
}
