import { z } from 'zod';
import { listOr } from '../core/format/list-or.ts';
import { NOTIFICATION_STATUSES } from '../core/incident/notification-status.ts';
import { pageOf, pageQuery } from './page.ts';
import { text, wholeNumber } from './parameters.ts';

export const notificationQuery = z.object({
  status: z.enum(NOTIFICATION_STATUSES, `use ${listOr(NOTIFICATION_STATUSES)}`).optional(),
  channel: text(200).optional(),
  incident: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  ...pageQuery(),
});

export const notificationEntry = z
  .object({
    id: z.int(),
    message_id: z.string().describe('The same on every try'),
    channel: z.string(),
    reason: z.string(),
    status: z.enum(NOTIFICATION_STATUSES),
    attempts: z.int(),
    incident: z.int().nullable(),
    title: z.string(),
    last_error: z.string().nullable(),
    created_at: z.string(),
    next_try_at: z.string().nullable(),
    finished_at: z.string().nullable(),
  })
  .readonly()
  .meta({ id: 'Notification' });
export type NotificationEntry = z.output<typeof notificationEntry>;

export const notificationPage = pageOf('notifications', notificationEntry).meta({ id: 'NotificationPage' });
export type NotificationPage = z.output<typeof notificationPage>;

export const replayRequest = z
  .strictObject({ id: z.int().min(1).optional(), channel: text(200).optional() })
  .meta({ id: 'ReplayRequest' })
  .nullish();
export const replayAnswer = z.object({ replayed: z.int() }).readonly().meta({ id: 'ReplayAnswer' });
export type ReplayAnswer = z.output<typeof replayAnswer>;
