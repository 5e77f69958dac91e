import { floorTo, type Interval, MINUTE_MS } from '../core/time/window.ts';
import type { Queryable } from './database.ts';
import { type PageQuery, pagesBy } from './page.ts';
import { msOf, timestampParam } from './sql.ts';

export interface EventQuery extends PageQuery {
  readonly streamId: number;
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
}

interface Position {
  readonly tsMs: number;
  readonly id: number;
}

interface EventRow extends Position {
  readonly event: string;
}

const BY_TIME = pagesBy('tsMs', 'id');

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
    position = { tsMs: minute + MINUTE_MS, id: 0 };
    minute = await findMinuteFrom(db, query.streamId, position.tsMs, endMs);
  }
  const page = BY_TIME.cut(found, query.limit);
  return { events: page.rows.map((row) => row.event), next: page.next };
}

/** A page has the events after a position. Ids start at 1, so the id 0 includes all events of its moment. */
function startOf(query: EventQuery): Position {
  const start = { tsMs: query.startMs ?? 0, id: 0 };
  const position = BY_TIME.start(query.after, start);
  return position.tsMs >= start.tsMs ? position : start;
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
  const sql = `select id, ${msOf('ts')} as "tsMs", event::text from (
      select b.id * 16384 + e.position as id, event_time(e.event -> 'ts') as ts, e.event
      from event_batches b cross join lateral json_array_elements(b.events::json) with ordinality as e (event, position)
      where b.stream_id = $1 and b.bucket = $2 and b.max_ts >= $3 and b.min_ts < $5 offset 0
    ) as minute
    where (ts, id) > ($3, $4) and ts < $5 order by ts, id limit $6`;
  const params = [
    streamId,
    timestampParam(minuteMs),
    timestampParam(after.tsMs),
    after.id,
    timestampParam(endMs),
    limit,
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
