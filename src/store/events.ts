import { floorTo, type Interval, MINUTE_MS } from '../core/time/window.ts';
import type { Queryable } from './database.ts';
import { decodeCursor, encodeCursor, type PageQuery, toSafeNumber } from './page.ts';
import { msOf, timestampParam } from './sql.ts';

export interface EventQuery extends PageQuery {
  readonly streamId: number;
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
}

/** By time, then in the order in which they were stored: by batch, and their place in it, from 1 on. */
interface Position {
  readonly tsMs: number;
  readonly batch: number;
  readonly place: number;
}

interface EventRow extends Position {
  readonly event: string;
}

/** Of `observations_raw`: the id of an event is that of its batch × this, and its place. */
const MAX_PLACES = 16_384n;

/** A page of events as they were sent, oldest first. Reads minute by minute, so the cost of a page depends on its size, not on the window. */
export async function listEvents(db: Queryable, query: EventQuery): Promise<{ events: string[]; next: string | null }> {
  const endMs = query.endMs ?? Number.MAX_SAFE_INTEGER;
  let position = startOf(query);
  const found: EventRow[] = [];
  for (let minute = await findMinuteFrom(db, query.streamId, position.tsMs, endMs); minute !== undefined; ) {
    const limit = query.limit + 1 - found.length;
    const { streamId } = query;
    found.push(...(await readMinute(db, minute, { streamId, after: position, endMs, limit })));
    if (found.length > query.limit) break;
    position = { tsMs: minute + MINUTE_MS, batch: 0, place: 0 };
    minute = await findMinuteFrom(db, query.streamId, position.tsMs, endMs);
  }
  const rows = found.slice(0, query.limit);
  const last = found.length > query.limit ? rows.at(-1) : undefined;
  return { events: rows.map((row) => row.event), next: last === undefined ? null : cursorOf(last) };
}

/** A number beyond 2^53 where a batch has got its id from the sequence of another server. */
function cursorOf({ tsMs, batch, place }: Position): string {
  return encodeCursor([tsMs, BigInt(batch) * MAX_PLACES + BigInt(place)]);
}

/** A page has the events after a position. Batches start at 1, so batch 0 includes all events of its moment. */
function startOf({ startMs = 0, after }: EventQuery): Position {
  const start = { tsMs: startMs, batch: 0, place: 0 };
  if (after === undefined) return start;
  const [tsMs = 0n, id = 0n] = decodeCursor(after, 2);
  if (tsMs < startMs) return start;
  return { tsMs: toSafeNumber(tsMs), batch: toSafeNumber(id / MAX_PLACES), place: Number(id % MAX_PLACES) };
}

async function findMinuteFrom(
  db: Queryable,
  streamId: number,
  fromMs: number,
  endMs: number,
): Promise<number | undefined> {
  const sql = `select bucket from event_batches where stream_id = $1 and bucket >= $2 and bucket < $3 order by bucket limit 1`;
  const params = [streamId, timestampParam(floorTo(fromMs, MINUTE_MS)), timestampParam(endMs)];
  const { rows } = await db.query<{ bucket: Date }>(sql, params);
  return rows[0]?.bucket.getTime();
}

interface MinuteQuery {
  readonly streamId: number;
  readonly after: Position;
  readonly endMs: number;
  readonly limit: number;
}

async function readMinute(db: Queryable, minuteMs: number, query: MinuteQuery): Promise<EventRow[]> {
  const { streamId, after, endMs, limit } = query;
  const sql = `select batch, place, ${msOf('ts')} as "tsMs", event::text from (
      select b.id as batch, e.place, event_time(e.event -> 'ts') as ts, e.event
      from event_batches b cross join lateral json_array_elements(b.events::json) with ordinality as e (event, place)
      where b.stream_id = $1 and b.bucket = $2 and b.max_ts >= $3 and b.min_ts < $5 offset 0
    ) as minute
    where (ts, batch, place) > ($3, $4::bigint, $7::bigint) and ts < $5 order by ts, batch, place limit $6`;
  const params = [
    streamId,
    timestampParam(minuteMs),
    timestampParam(after.tsMs),
    after.batch,
    timestampParam(endMs),
    limit,
    after.place,
  ];
  return (await db.query<EventRow>(sql, params)).rows;
}

/** The minutes of an interval that have events, oldest first. */
export async function listEventBuckets(db: Queryable, streamId: number, interval: Interval): Promise<number[]> {
  const sql = `select distinct bucket from event_batches where stream_id = $1 and bucket >= $2 and bucket < $3 order by bucket`;
  const params = [streamId, timestampParam(interval.startMs), timestampParam(interval.endMs)];
  const { rows } = await db.query<{ bucket: Date }>(sql, params);
  return rows.map((row) => row.bucket.getTime());
}

/** The events of one minute as they were sent, in the order in which they were stored. */
export async function readBucketEvents(db: Queryable, streamId: number, bucketMs: number): Promise<string[]> {
  const sql = `select e.event::text as event
    from event_batches b cross join lateral json_array_elements(b.events::json) with ordinality as e (event, position)
    where b.stream_id = $1 and b.bucket = $2 order by b.id, e.position`;
  const { rows } = await db.query<{ event: string }>(sql, [streamId, timestampParam(bucketMs)]);
  return rows.map((row) => row.event);
}
