import {
  type NotificationEntry,
  notificationPage,
  notificationQuery,
  replayAnswer,
  replayRequest,
} from '../../api/notifications.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { titleOf } from '../../core/incident/message.ts';
import { listNotifications, replayDead, type StoredNotification } from '../../store/notifications.ts';
import type { HttpApp, HttpContext } from '../context.ts';

const tags = ['notifications'];

export function notificationRoutes(
  app: HttpApp,
  { db, clock, monitoring }: Pick<HttpContext, 'db' | 'clock' | 'monitoring'>,
): void {
  const list = {
    tags,
    operationId: 'listNotifications',
    summary: 'The outbox, newest first; status=dead are the dead letters',
    querystring: notificationQuery,
    response: { 200: notificationPage },
  };
  app.get('/v1/notifications', { schema: list }, async (request) => {
    const { status, channel, incident: incidentId, limit, cursor: after } = request.query;
    const page = await listNotifications(db, { status, channel, incidentId, limit, after });
    return { notifications: page.notifications.map(describeNotification), next: page.next };
  });

  const replay = {
    tags,
    operationId: 'replayNotifications',
    summary: 'Send dead letters again: one, those of a channel, or all',
    body: replayRequest,
    response: { 200: replayAnswer },
  };
  app.post('/v1/notifications/replay', { schema: replay }, async (request) => {
    const replayed = await replayDead(db, clock, request.body ?? {});
    monitoring.notifySoon();
    return { replayed };
  });
}

export function describeNotification(row: StoredNotification): NotificationEntry {
  return {
    id: row.id,
    message_id: row.message.id,
    channel: row.channel,
    reason: row.reason,
    status: row.status,
    attempts: row.attempts,
    incident: row.incidentId,
    title: titleOf(row.message),
    last_error: row.lastError,
    created_at: isoTime(row.createdAtMs),
    next_try_at: row.status === 'pending' ? isoTime(row.nextAtMs) : null,
    finished_at: isoTimeOrNull(row.finishedAtMs),
  };
}
