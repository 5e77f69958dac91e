import { buildMessage, type EvaluatedWindow } from '../../core/incident/build-message.ts';
import type { LastNotification } from '../../core/incident/incident.ts';
import type { Links } from '../../core/incident/links.ts';
import type { Message, NotificationReason } from '../../core/incident/message.ts';
import {
  decideAlert,
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
  readonly links: Links;
  /** The window that this comes from; without one it is the last that the incident failed on. */
  readonly evaluated: EvaluatedWindow | undefined;
  /** Who or what ended it, where no window did. */
  readonly ended?: string;
  readonly nowMs: number;
}

/**
 * Writes an incident as it now is, and its notifications, in one transaction with the change itself. First for everybody; then what only
 * receivers that keep state are to hear.
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
  const notifying = { context, request };
  const before = { ...stored, lastNotification: withAlert(stored.lastNotification, context) };
  const decision = decideNotification(incident, before, rules, nowMs);
  context.metrics.decided(decision.notify, decision.reason);
  const forAll = decision.notify ? await notifyAll(tx, notifying, before, decision.reason) : before;
  const after = await notifyReceivers(tx, notifying, forAll);
  const { lastNotification } = after;
  const notifyAtMs = nextNotificationAt(incident, after, rules, nowMs);
  await updateIncident(tx, stored.id, { incident, lastNotification, notifyAtMs, nowMs });
  return after !== before && (lastNotification?.channels.length ?? 0) > 0;
}

/** What went to channels that keep state, also where it was stored before the two were separate. */
function withAlert(last: LastNotification | null, { stateChannels }: IncidentContext): LastNotification | null {
  if (last === null) return null;
  const isKnown = last.channels.some((channel) => stateChannels.has(channel));
  const { atMs, state, alert = { atMs, state, acknowledgedAtMs: null } } = last;
  return { ...last, alert: isKnown ? alert : undefined };
}

interface Notifying {
  readonly context: IncidentContext;
  readonly request: NotificationRequest;
}

/** Every channel that is to hear of a change; not those that know of the end already. */
async function notifyAll(
  tx: Queryable,
  notifying: Notifying,
  stored: StoredIncident,
  reason: NotificationReason,
): Promise<StoredIncident> {
  const { routes, stateChannels } = notifying.context;
  const { channels: own, nowMs } = notifying.request;
  const { incident, lastNotification: before } = stored;
  const chosen = own ?? chooseChannels(routes, { ...stored, severity: incident.severity });
  const known = before?.channels ?? [];
  // Channels that were notified of it hear of its end.
  const concerned = reason === 'resolved' ? [...chosen, ...known] : chosen;
  const isAhead = reason === 'resolved' && before?.alert?.state === 'resolved';
  const channels = [...new Set(concerned)].filter((channel) => !(isAhead && stateChannels.has(channel)));
  const message = await send(tx, notifying, stored, { reason, channels });
  const earlier = reason === 'reopened' || reason === 'opened' ? [] : known;
  const lastNotification: LastNotification = {
    atMs: nowMs,
    state: message.state,
    severity: incident.severity,
    checks: incident.failing.map(({ check }) => check),
    channels: [...new Set([...earlier, ...channels])],
    alert: channels.some((channel) => stateChannels.has(channel))
      ? { atMs: nowMs, state: message.state, acknowledgedAtMs: before?.alert?.acknowledgedAtMs ?? null }
      : before?.alert,
  };
  return { ...stored, lastNotification: withAlert(lastNotification, notifying.context) };
}

/** Until they know all that they are to know: what is back may also be acknowledged. */
async function notifyReceivers(tx: Queryable, notifying: Notifying, stored: StoredIncident): Promise<StoredIncident> {
  const { context, request } = notifying;
  const decision = decideAlert(stored.incident, stored, request.rules, request.nowMs);
  if (!decision.notify) return stored;
  context.metrics.decided(true, decision.reason);
  return notifyReceivers(tx, notifying, await notifyOfAlert(tx, notifying, stored, decision.reason));
}

/** Only the channels that keep state and know of the incident. People were notified of nothing. */
async function notifyOfAlert(
  tx: Queryable,
  notifying: Notifying,
  stored: StoredIncident,
  reason: NotificationReason,
): Promise<StoredIncident> {
  const { lastNotification: before, acknowledgedAtMs } = stored;
  if (before?.alert === undefined) return stored;
  const channels = before.channels.filter((channel) => notifying.context.stateChannels.has(channel));
  const known = { ...stored, lastNotification: { ...before, ...before.alert } };
  const { state } = await send(tx, notifying, known, { reason, channels });
  const alert = {
    atMs: notifying.request.nowMs,
    state,
    acknowledgedAtMs: reason === 'acknowledged' ? acknowledgedAtMs : null,
  };
  return { ...stored, lastNotification: { ...before, alert } };
}

/** Puts a message into the outbox, a row for each channel. */
async function send(
  tx: Queryable,
  { context, request }: Notifying,
  stored: StoredIncident,
  { reason, channels }: { readonly reason: NotificationReason; readonly channels: readonly string[] },
): Promise<Message> {
  const { id: incidentId, streamId } = stored;
  const message = await messageOf(tx, context, { ...stored, reason }, request);
  const inserts = channels.map((channel) => ({ streamId, incidentId, channel, message }));
  await insertNotifications(tx, context.clock, inserts);
  const entry = { atMs: request.nowMs, who: 'plumbline', what: `notified_${reason}`, details: { channels } };
  await addAuditEntry(tx, stored, entry);
  return message;
}

async function messageOf(
  tx: Queryable,
  { config }: IncidentContext,
  stored: StoredIncident & { readonly reason: NotificationReason },
  { links, evaluated, ended, nowMs }: NotificationRequest,
): Promise<Message> {
  const { id, reason, lastNotification } = stored;
  return buildMessage({
    ...stored,
    id: `plumbline-${id}-${nowMs}-${reason}`,
    incidentId: id,
    links,
    lastNotification: lastNotification ?? undefined,
    evaluated: evaluated ?? (await findLastWindow(tx, stored)),
    url: config.PUBLIC_URL === undefined ? null : `${config.PUBLIC_URL.replace(/\/+$/, '')}/v1/incidents/${id}`,
    ended,
    nowMs,
  });
}
