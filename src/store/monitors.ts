import type { MonitorOrigin } from '../core/monitor/monitor-origin.ts';
import type { Clock } from '../core/time/clock.ts';
import type { Queryable } from './database.ts';
import { BY_ID, OLDEST, type PageQuery } from './page.ts';
import { MOMENT, msOf, nowParam, timestampParam, wholeNumberOf } from './sql.ts';

export interface MonitorInsert {
  readonly streamId: number;
  readonly name: string;
  /** The document as it was written; the store does not read it. */
  readonly spec: unknown;
  readonly origin: MonitorOrigin;
  /** The pattern that makes it. */
  readonly patternId?: number | undefined;
  readonly paused: boolean;
  readonly nowMs: number;
  readonly nextSlotMs: number;
  readonly dueAtMs: number;
}

export interface StoredMonitor {
  readonly id: number;
  readonly streamId: number;
  readonly service: string;
  readonly endpoint: string;
  readonly name: string;
  readonly spec: unknown;
  readonly origin: MonitorOrigin;
  /** The name of the pattern that makes it. */
  readonly pattern: string | null;
  readonly paused: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly nextSlotMs: number;
  /** Of its newest run; null when there is none. */
  readonly lastSlotMs: number | null;
}

const COLUMNS = `m.id, m.stream_id as "streamId", s.service, s.endpoint, m.name, m.spec, m.origin, m.paused,
  (select p.name from monitor_patterns p where p.id = m.pattern_id) as pattern,
  ${msOf('m.created_at')} as "createdAtMs", ${msOf('m.updated_at')} as "updatedAtMs", ${msOf('m.next_slot')} as "nextSlotMs",
  ${msOf('m.last_slot')} as "lastSlotMs"`;
const SELECT = `select ${COLUMNS} from monitors m join streams s on s.id = m.stream_id`;

/** A taken name is a UNIQUE_VIOLATION. */
export async function insertMonitor(db: Queryable, monitor: MonitorInsert): Promise<number> {
  const sql = `insert into monitors (stream_id, name, spec, origin, paused, created_at, updated_at, next_slot, due_at, pattern_id)
    values ($1, $2, $3::json, $4, $5, $6, $6, $7, $8, $9) returning id`;
  const times = [monitor.nowMs, monitor.nextSlotMs, monitor.dueAtMs].map(timestampParam);
  const params = [
    monitor.streamId,
    monitor.name,
    JSON.stringify(monitor.spec),
    monitor.origin,
    monitor.paused,
    ...times,
    monitor.patternId ?? null,
  ];
  const { rows } = await db.query<{ id: number }>(sql, params);
  if (rows[0] === undefined) throw new Error(`Monitor ${monitor.name} was not stored`);
  return rows[0].id;
}

/** A run in progress loses its claim: it has evaluated the old definition. */
export async function updateMonitor(db: Queryable, id: number, monitor: MonitorInsert): Promise<void> {
  const sql = `update monitors set stream_id = $2, name = $3, spec = $4::json, origin = $5, paused = $6, updated_at = $7,
    next_slot = $8, due_at = $9, pattern_id = $10, fence = fence + 1, lease_until = null, failures = 0 where id = $1`;
  const times = [monitor.nowMs, monitor.nextSlotMs, monitor.dueAtMs].map(timestampParam);
  const spec = JSON.stringify(monitor.spec);
  const { streamId, name, origin, paused, patternId = null } = monitor;
  await db.query(sql, [id, streamId, name, spec, origin, paused, ...times, patternId]);
}

/** A resumed monitor starts with its next slot; the slots that passed while it was paused have no run. */
export async function setMonitorPaused(
  db: Queryable,
  id: number,
  paused: boolean,
  next: { readonly nowMs: number; readonly nextSlotMs: number; readonly dueAtMs: number },
): Promise<void> {
  const sql = `update monitors set paused = $2, updated_at = $3, next_slot = $4, due_at = $5, fence = fence + 1, lease_until = null
    where id = $1 and paused <> $2`;
  await db.query(sql, [id, paused, ...[next.nowMs, next.nextSlotMs, next.dueAtMs].map(timestampParam)]);
}

export async function deleteMonitor(db: Queryable, id: number): Promise<boolean> {
  return (await db.query('delete from monitors where id = $1', [id])).rowCount === 1;
}

/** By name, or by id in digits; a name of digits wins over the id. */
export async function findMonitor(db: Queryable, idOrName: string): Promise<StoredMonitor | undefined> {
  const id = wholeNumberOf(idOrName) ?? null;
  const sql = `${SELECT} where m.name = $1 or m.id = $2::bigint order by m.name = $1 desc limit 1`;
  return (await db.query<StoredMonitor>(sql, [idOrName, id])).rows[0];
}

export async function findMonitorById(db: Queryable, id: number): Promise<StoredMonitor | undefined> {
  return (await db.query<StoredMonitor>(`${SELECT} where m.id = $1`, [id])).rows[0];
}

/** The monitor as it is now, locked against runs and changes. Lock it before its incidents: two orders would be a deadlock. */
export async function lockMonitor(tx: Queryable, id: number): Promise<StoredMonitor | undefined> {
  return (await tx.query<StoredMonitor>(`${SELECT} where m.id = $1 for update of m`, [id])).rows[0];
}

export interface MonitorFilter extends PageQuery {
  readonly streamId?: number | undefined;
  readonly origin?: MonitorOrigin | undefined;
}

/** In the order of their creation. */
export async function listMonitors(
  db: Queryable,
  filter: MonitorFilter,
): Promise<{ monitors: StoredMonitor[]; next: string | null }> {
  const after = BY_ID.start(filter.after, OLDEST);
  const sql = `${SELECT} where m.id > $1 and ($2::bigint is null or m.stream_id = $2) and ($3::text is null or m.origin = $3)
    order by m.id limit $4`;
  const params = [after.id, filter.streamId ?? null, filter.origin ?? null, filter.limit + 1];
  const { rows } = await db.query<StoredMonitor>(sql, params);
  const page = BY_ID.cut(rows, filter.limit);
  return { monitors: page.rows, next: page.next };
}

/** In the order of their creation. */
export async function listAllMonitors(db: Queryable): Promise<StoredMonitor[]> {
  return (await db.query<StoredMonitor>(`${SELECT} order by m.id`)).rows;
}

/** The monitors that a pattern has made. */
export async function listMonitorsOf(db: Queryable, patternId: number): Promise<StoredMonitor[]> {
  return (await db.query<StoredMonitor>(`${SELECT} where m.pattern_id = $1 order by m.id`, [patternId])).rows;
}

/** Streams with an active baseline and no monitor at all. */
export async function listUnwatchedStreams(
  db: Queryable,
): Promise<{ id: number; service: string; endpoint: string }[]> {
  const sql = `select s.id, s.service, s.endpoint from baselines b join streams s on s.id = b.stream_id
    where b.active and not exists (select 1 from monitors m where m.stream_id = s.id) order by s.id limit 1000`;
  return (await db.query<{ id: number; service: string; endpoint: string }>(sql)).rows;
}

/** Default monitors without a purpose: they are switched off, the stream has another monitor, or it has no active baseline. */
export async function listNeedlessDefaults(db: Queryable, areWanted: boolean): Promise<StoredMonitor[]> {
  const sql = `${SELECT} where m.origin = 'default' and (not $1::boolean
    or not exists (select 1 from baselines b where b.stream_id = m.stream_id and b.active)
    or exists (select 1 from monitors o where o.stream_id = m.stream_id and o.origin <> 'default')) order by m.id`;
  return (await db.query<StoredMonitor>(sql, [areWanted])).rows;
}

/** A monitor whose due slot this process runs, until the lease ends. */
export interface ClaimedMonitor
  extends Pick<StoredMonitor, 'id' | 'streamId' | 'name' | 'spec' | 'updatedAtMs' | 'nextSlotMs'> {
  readonly fence: number;
  /** The database's clock when it was claimed. */
  readonly nowMs: number;
  /** Attempts at this slot that ended without a run. */
  readonly failures: number;
}

interface ClaimedRow extends Omit<ClaimedMonitor, 'updatedAtMs' | 'nextSlotMs' | 'nowMs'> {
  readonly updated_at: Date;
  readonly next_slot: Date;
  readonly now: Date;
}

/** Claims monitors with a due slot, the longest due first. One statement, so each goes to one replica. */
export async function claimDueMonitors(
  db: Queryable,
  clock: Clock,
  options: { readonly leaseMs: number; readonly limit: number },
): Promise<ClaimedMonitor[]> {
  const sql = `with ${MOMENT}, due as (
      select m.id from monitors m, moment
      where not m.paused and m.due_at <= moment.now and (m.lease_until is null or m.lease_until <= moment.now)
      order by m.due_at, m.id limit $3 for update of m skip locked)
    update monitors m set fence = m.fence + 1, lease_until = moment.now + $2::float8 * interval '1 millisecond'
    from due, moment where m.id = due.id
    returning m.id, m.stream_id as "streamId", m.name, m.spec, m.fence, m.failures, m.updated_at, m.next_slot, moment.now`;
  const { rows } = await db.query<ClaimedRow>(sql, [nowParam(clock), options.leaseMs, options.limit]);
  return rows.map(toClaimed).sort((a, b) => a.nextSlotMs - b.nextSlotMs || a.id - b.id);
}

function toClaimed({ updated_at, next_slot, now, ...rest }: ClaimedRow): ClaimedMonitor {
  return { ...rest, updatedAtMs: updated_at.getTime(), nextSlotMs: next_slot.getTime(), nowMs: now.getTime() };
}

/** False when another process has taken over, or the slot is completed. */
export async function renewLease(
  db: Queryable,
  clock: Clock,
  claim: { readonly id: number; readonly fence: number },
  leaseMs: number,
): Promise<boolean> {
  const sql = `with ${MOMENT} update monitors m set lease_until = moment.now + $2::float8 * interval '1 millisecond'
    from moment where m.id = $3 and m.fence = $4 and m.lease_until is not null`;
  return (await db.query(sql, [nowParam(clock), leaseMs, claim.id, claim.fence])).rowCount === 1;
}

/** Gives a claim back without a run: the slot is tried again after the delay. */
export async function postponeRun(db: Queryable, clock: Clock, claim: ClaimedMonitor, delayMs: number): Promise<void> {
  const sql = `with ${MOMENT} update monitors m set lease_until = moment.now + $2::float8 * interval '1 millisecond',
    failures = failures + 1 from moment where m.id = $3 and m.fence = $4`;
  await db.query(sql, [nowParam(clock), delayMs, claim.id, claim.fence]);
}

/** Ends the claim and moves on to the next slot; false when another process has taken over. In the transaction that stores the run. */
export async function completeRun(
  tx: Queryable,
  claim: { readonly id: number; readonly fence: number },
  next: { readonly slotMs: number; readonly dueAtMs: number },
): Promise<boolean> {
  const sql = `update monitors set next_slot = $3, due_at = $4, lease_until = null, failures = 0 where id = $1 and fence = $2`;
  const params = [claim.id, claim.fence, timestampParam(next.slotMs), timestampParam(next.dueAtMs)];
  return (await tx.query(sql, params)).rowCount === 1;
}
