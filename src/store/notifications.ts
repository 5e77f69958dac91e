import type { Message, NotificationReason } from '../core/incident/message.ts';
import type { NotificationStatus } from '../core/incident/notification-status.ts';
import type { Clock } from '../core/time/clock.ts';
import type { Queryable } from './database.ts';
import { BY_ID, NEWEST, type PageQuery } from './page.ts';
import { MOMENT, msOf, nowParam, timestampParam } from './sql.ts';

export interface NotificationInsert {
  readonly streamId: number;
  readonly incidentId: number;
  readonly channel: string;
  readonly message: Message;
}

/** In the transaction of the change that they are about. They are due at once. */
export async function insertNotifications(
  tx: Queryable,
  clock: Clock,
  inserts: readonly NotificationInsert[],
): Promise<void> {
  const sql = `with ${MOMENT} insert into notifications (stream_id, incident_id, channel, reason, message, created_at, next_at)
    select $2::bigint, $3::bigint, $4, $5, $6::json, moment.now, moment.now from moment`;
  for (const { streamId, incidentId, channel, message } of inserts) {
    const params = [nowParam(clock), streamId, incidentId, channel, message.reason, JSON.stringify(message)];
    await tx.query(sql, params);
  }
}

export interface ClaimedNotification {
  readonly id: number;
  readonly streamId: number;
  readonly incidentId: number;
  readonly channel: string;
  readonly reason: NotificationReason;
  readonly message: Message;
  readonly fence: number;
  /** Attempts before this one. */
  readonly attempts: number;
  /** It was sent, and is sent again so that its receiver does not forget it. */
  readonly isRefresh: boolean;
  readonly nowMs: number;
}

const CLAIMED = `n.id, n.stream_id as "streamId", n.incident_id as "incidentId", n.channel, n.reason, n.message, n.fence, n.attempts,
  n.status = 'sent' as "isRefresh", ${msOf('moment.now')} as "nowMs"`;
const IS_DUE = `n.status = 'pending' and n.next_at <= moment.now and (n.lease_until is null or n.lease_until <= moment.now)`;
/** The notifications of an incident stay in order: the earlier one is sent first, or is a dead letter first. */
const IS_NEXT = `not exists (select 1 from notifications e where e.channel = n.channel and e.incident_id = n.incident_id and e.id < n.id
  and (e.status = 'pending' or e.lease_until > moment.now))`;

const IS_OVERTAKEN = `exists (select 1 from notifications l where l.status = 'sent' and l.channel = n.channel
  and l.incident_id = n.incident_id and l.id > n.id)`;

export async function listDueChannels(db: Queryable, clock: Clock): Promise<string[]> {
  const sql = `with ${MOMENT} select distinct n.channel from notifications n, moment where ${IS_DUE} and ${IS_NEXT}`;
  return (await db.query<{ channel: string }>(sql, [nowParam(clock)])).rows.map(({ channel }) => channel);
}

/** Claims due notifications of a channel, at most one of each incident, until the lease ends. */
export async function claimNotifications(
  db: Queryable,
  clock: Clock,
  channel: string,
  options: { readonly leaseMs: number; readonly limit: number },
): Promise<ClaimedNotification[]> {
  const sql = `with ${MOMENT}, due as (
      select n.stream_id, n.id from notifications n, moment where n.channel = $3 and ${IS_DUE} and ${IS_NEXT}
      order by n.id limit $4 for update of n skip locked)
    update notifications n set fence = n.fence + 1, lease_until = moment.now + $2::float8 * interval '1 millisecond'
    from due, moment where n.stream_id = due.stream_id and n.id = due.id
    returning ${CLAIMED}`;
  const params = [nowParam(clock), options.leaseMs, channel, options.limit];
  const { rows } = await db.query<ClaimedNotification>(sql, params);
  return rows.sort((a, b) => a.id - b.id);
}

/** The last one of an incident that goes on, as a receiver that forgets has it; a dead letter after it does not count. */
const IS_CURRENT = `n.status = 'sent' and n.reason <> 'resolved' and i.state in ('firing', 'recovering') and not exists (
  select 1 from notifications l where l.channel = n.channel and l.incident_id = n.incident_id and l.id > n.id
    and (l.status <> 'dead' or l.reason = 'resolved'))`;
const IS_STALE = `n.next_at <= moment.now and (n.lease_until is null or n.lease_until <= moment.now)`;

/** Whether something that was sent to a channel is to be sent again, so that its receiver does not forget it. */
export async function hasStaleNotification(db: Queryable, clock: Clock, channel: string): Promise<boolean> {
  const sql = `with ${MOMENT} select 1 from incidents i join notifications n on n.incident_id = i.id, moment
    where n.channel = $2 and ${IS_CURRENT} and ${IS_STALE} limit 1`;
  return (await db.query(sql, [nowParam(clock), channel])).rows.length > 0;
}

/**
 * Claims a notification that was sent and is to be sent again. Its incident is locked with it: what ends the incident waits, and is sent after
 * the lease.
 */
export async function claimStaleNotification(
  db: Queryable,
  clock: Clock,
  channel: string,
  leaseMs: number,
): Promise<ClaimedNotification | undefined> {
  const sql = `with ${MOMENT}, stale as (
      select n.stream_id, n.id from incidents i join notifications n on n.incident_id = i.id, moment
      where n.channel = $3 and ${IS_CURRENT} and ${IS_STALE} order by n.next_at limit 1 for update of n, i skip locked)
    update notifications n set fence = n.fence + 1, lease_until = moment.now + $2::float8 * interval '1 millisecond'
    from stale, moment where n.stream_id = stale.stream_id and n.id = stale.id returning ${CLAIMED}`;
  return (await db.query<ClaimedNotification>(sql, [nowParam(clock), leaseMs, channel])).rows[0];
}

export interface Refreshed {
  /** Null where it succeeded. */
  readonly error: string | null;
  /** Until the next one. */
  readonly afterMs: number;
}

/** Records how sending again ended, and when the next time is; false when the lease was lost to another worker. */
export async function recordRefresh(
  db: Queryable,
  clock: Clock,
  claim: ClaimedNotification,
  result: Refreshed,
): Promise<boolean> {
  const sql = `with ${MOMENT} update notifications n set last_error = $2, lease_until = null,
      next_at = moment.now + $3::float8 * interval '1 millisecond', finished_at = case when $2::text is null then moment.now else finished_at end
    from moment where n.stream_id = $4 and n.id = $5 and n.fence = $6 and n.status = 'sent'`;
  const params = [nowParam(clock), result.error, result.afterMs, claim.streamId, claim.id, claim.fence];
  return (await db.query(sql, params)).rowCount === 1;
}

export type Recorded =
  /** A receiver that forgets is sent it again after that time. */
  | { readonly status: 'sent'; readonly afterMs?: number | undefined }
  | { readonly status: 'dead'; readonly error: string }
  | { readonly status: 'pending'; readonly error: string; readonly afterMs: number };

/** Records how an attempt ended; false when the lease was lost to another worker. */
export async function recordTry(
  db: Queryable,
  clock: Clock,
  claim: ClaimedNotification,
  result: Recorded,
): Promise<boolean> {
  const sql = `with ${MOMENT} update notifications n set status = $2, attempts = attempts + 1, last_error = $3, lease_until = null,
      next_at = moment.now + $4::float8 * interval '1 millisecond',
      finished_at = case when $2 = 'pending' then null else moment.now end
    from moment where n.stream_id = $5 and n.id = $6 and n.fence = $7 and n.status = 'pending'`;
  const error = result.status === 'sent' ? null : result.error;
  const afterMs = result.status === 'dead' ? 0 : (result.afterMs ?? 0);
  const params = [nowParam(clock), result.status, error, afterMs, claim.streamId, claim.id, claim.fence];
  return (await db.query(sql, params)).rowCount === 1;
}

export interface StoredNotification extends Omit<ClaimedNotification, 'fence' | 'isRefresh' | 'nowMs'> {
  readonly status: NotificationStatus;
  readonly createdAtMs: number;
  readonly nextAtMs: number;
  readonly lastError: string | null;
  readonly finishedAtMs: number | null;
}

const COLUMNS = `id, stream_id as "streamId", incident_id as "incidentId", channel, reason, message, status, attempts,
  last_error as "lastError", ${msOf('created_at')} as "createdAtMs", ${msOf('next_at')} as "nextAtMs",
  ${msOf('finished_at')} as "finishedAtMs"`;

export interface NotificationFilter extends PageQuery {
  readonly status?: StoredNotification['status'] | undefined;
  readonly channel?: string | undefined;
  readonly incidentId?: number | undefined;
}

/** Newest first. */
export async function listNotifications(
  db: Queryable,
  filter: NotificationFilter,
): Promise<{ notifications: StoredNotification[]; next: string | null }> {
  const before = BY_ID.start(filter.after, NEWEST);
  const sql = `select ${COLUMNS} from notifications where id < $1 and ($2::text is null or status = $2)
    and ($3::text is null or channel = $3) and ($4::bigint is null or incident_id = $4) order by id desc limit $5`;
  const params = [
    before.id,
    filter.status ?? null,
    filter.channel ?? null,
    filter.incidentId ?? null,
    filter.limit + 1,
  ];
  const { rows } = await db.query<StoredNotification>(sql, params);
  const page = BY_ID.cut(rows, filter.limit);
  return { notifications: page.rows, next: page.next };
}

/**
 * Makes dead letters pending again: all of them, of a channel, or one. Not those that a later notification of their incident has overtaken: an
 * old "firing" must not follow a "resolved". Returns how many.
 */
export async function replayDead(
  db: Queryable,
  clock: Clock,
  which: { readonly id?: number | undefined; readonly channel?: string | undefined },
): Promise<number> {
  const sql = `with ${MOMENT} update notifications n set status = 'pending', attempts = 0, next_at = moment.now, lease_until = null,
      finished_at = null from moment
    where n.status = 'dead' and ($2::bigint is null or n.id = $2) and ($3::text is null or n.channel = $3) and not ${IS_OVERTAKEN}`;
  return (await db.query(sql, [nowParam(clock), which.id ?? null, which.channel ?? null])).rowCount;
}

export async function countNotifications(
  db: Queryable,
): Promise<{ status: Exclude<NotificationStatus, 'sent'>; channel: string; n: number }[]> {
  const sql = `select status, channel, count(*) as n from notifications where status <> 'sent' group by status, channel`;
  return (await db.query<{ status: Exclude<NotificationStatus, 'sent'>; channel: string; n: number }>(sql)).rows;
}

/** Deletes sent notifications, and dead letters that a later one has overtaken. Other dead letters stay until they are replayed. */
export async function dropSentBefore(db: Queryable, ms: number): Promise<number> {
  const sql = `delete from notifications n where finished_at < $1
    and (status = 'sent' or (status = 'dead' and ${IS_OVERTAKEN}))`;
  return (await db.query(sql, [timestampParam(ms)])).rowCount;
}
