import type { Queryable } from './database.ts';
import { msOf, timestampParam } from './sql.ts';

interface Watched {
  readonly id: number;
  /** Its newest event is in this minute or later; null when that is not known. */
  readonly lastBucketMs: number | null;
}

/** A stream that gets many events has got some within this time, and then the two hours before need not be read. */
const IS_RECENT = `b.bucket >= now() - interval '2 minutes'`;

/**
 * The times of the newest stored events of streams, in milliseconds since the epoch; a stream without events is not in it. It reads at most what
 * came since the last hour was folded, never the whole history of a stream.
 */
export async function findLastEvents(db: Queryable, streams: readonly Watched[]): Promise<Map<number, number>> {
  const recent = await findSince(db, streams, IS_RECENT);
  const others = streams.filter(({ id }) => !recent.has(id));
  return new Map([...recent, ...(await findSince(db, others, 'true'))]);
}

async function findSince(
  db: Queryable,
  streams: readonly Watched[],
  condition: typeof IS_RECENT | 'true',
): Promise<Map<number, number>> {
  if (streams.length === 0) return new Map();
  // As sub-selects, because a planner that knew how many there are would read whole days: it does not expect that each asks few partitions.
  const sql = `select w.id, ${msOf('max(b.max_ts)')} as "atMs" from unnest((select $1::bigint[]), (select $2::timestamptz[])) w (id, since)
    join event_batches b on b.stream_id = w.id and b.bucket >= w.since and ${condition} group by w.id`;
  const since = streams.map(({ lastBucketMs }) => timestampParam(lastBucketMs ?? 0));
  const { rows } = await db.query<{ id: number; atMs: number }>(sql, [streams.map(({ id }) => id), since]);
  return new Map(rows.map(({ id, atMs }) => [id, atMs]));
}
