import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { listOr } from '../../core/format/list-or.ts';
import { titleOf } from '../../core/incident/message.ts';
import { NOTIFICATION_STATUSES } from '../../core/incident/notification-status.ts';
import type { Channel } from '../../services/notify/channel.ts';
import { sampleMessage } from '../../services/notify/sample-message.ts';
import { listNotifications, replayDead, type StoredNotification } from '../../store/notifications.ts';
import type { HttpApp, RouteDeps } from '../deps.ts';
import { next, pageQuery } from '../page.ts';
import { text, wholeNumber } from '../parameters.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const tags = ['notifications'];

export const notification = z.looseObject({
  id: z.int(),
  message_id: z.string().describe('The same on every try'),
  channel: z.string(),
  reason: z.string(),
  title: z.string(),
  status: z.enum(NOTIFICATION_STATUSES),
  attempts: z.int(),
  last_error: z.string().nullable(),
});
const channel = z.looseObject({ name: z.string(), type: z.string(), dry_run: z.boolean() });

export function notificationRoutes(app: HttpApp, { db, clock, watch }: RouteDeps): void {
  const query = z.object({
    status: z.enum(NOTIFICATION_STATUSES, `use ${listOr(NOTIFICATION_STATUSES)}`).optional(),
    channel: text(200).optional(),
    incident: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
    ...pageQuery(DEFAULT_LIMIT, MAX_LIMIT),
  });
  const response = { 200: z.object({ notifications: z.array(notification), next }) };
  const list = {
    tags,
    summary: 'The outbox, newest first; status=dead are the dead letters',
    querystring: query,
    response,
  };
  app.get('/v1/notifications', { schema: list }, async (request) => {
    const { status, channel: name, incident: incidentId, limit = DEFAULT_LIMIT, cursor: after } = request.query;
    const page = await listNotifications(db, { status, channel: name, incidentId, limit, after });
    return { notifications: page.notifications.map(describeNotification), next: page.next };
  });

  const replay = {
    tags,
    summary: 'Send dead letters again: one, those of a channel, or all',
    body: z.strictObject({ id: z.int().min(1).optional(), channel: text(200).optional() }).nullish(),
    response: { 200: z.object({ replayed: z.int() }) },
  };
  app.post('/v1/notifications/replay', { schema: replay }, async (request) => {
    const replayed = await replayDead(db, clock, request.body ?? {});
    watch.notifySoon();
    return { replayed };
  });
}

export function channelRoutes(app: HttpApp, { channels, clock, config }: RouteDeps): void {
  const list = { tags, summary: 'Who can be told', response: { 200: z.object({ channels: z.array(channel) }) } };
  app.get('/v1/channels', { schema: list }, async () => ({
    channels: [...channels.byName.values()].map(({ name, type, isDryRun }) => ({ name, type, dry_run: isDryRun })),
  }));

  const test = {
    tags,
    summary: 'Send a sample message, now',
    params: z.object({ channel: text(200) }),
    response: { 200: z.looseObject({ sent: z.literal(true), dry_run: z.boolean(), message: z.unknown() }) },
  };
  app.post('/v1/channels/:channel/test', { schema: test }, async (request) => {
    const found = getChannel(channels.byName, request.params.channel);
    const message = sampleMessage(clock.now(), config.PUBLIC_URL ?? null);
    const outcome = await found.send(message);
    if (outcome.kind !== 'sent') throw new AppError('channel_failed', `${found.name}: ${outcome.reason}.`);
    return { sent: true as const, dry_run: found.isDryRun || found.type === 'log', message: found.render(message) };
  });
}

function getChannel(byName: ReadonlyMap<string, Channel>, wanted: string): Channel {
  const found = byName.get(wanted);
  if (found !== undefined) return found;
  throw new AppError(
    'channel_not_found',
    `There is no channel "${wanted}"; there are ${[...byName.keys()].join(', ')}.`,
  );
}

export function describeNotification(row: StoredNotification) {
  const { id, channel: name, reason, status, attempts, message } = row;
  return {
    ...{ id, message_id: message.id, channel: name, reason, status, attempts, incident: row.incidentId },
    title: titleOf(message),
    last_error: row.lastError,
    created_at: isoTime(row.createdAtMs),
    next_try_at: status === 'pending' ? isoTime(row.nextAtMs) : null,
    finished_at: isoTimeOrNull(row.finishedAtMs),
  };
}
