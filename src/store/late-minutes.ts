import type { Queryable } from './database.ts';
import { msOf, timestampParam } from './sql.ts';

export interface LateMinutes {
  readonly streamId: number;
  /** With when each was noticed last. */
  readonly minutes: readonly { readonly bucketMs: number; readonly noticedAtMs: number }[];
  readonly ids: readonly number[];
}

interface LateRow {
  streamId: number;
  bucketMs: number;
  noticedAtMs: number;
  ids: number[];
}

const MOST_ROWS = 10_000;

/** What had come late by a moment, by stream: noted by ingest in the transaction that stored it. */
export async function listLateMinutes(db: Queryable, noticedByMs: number): Promise<LateMinutes[]> {
  const sql = `select stream_id as "streamId", ${msOf('bucket')} as "bucketMs", max(${msOf('noticed_at')}) as "noticedAtMs",
      array_agg(id::float8) as ids
    from (select * from late_minutes where noticed_at <= $1 order by id limit ${MOST_ROWS}) l
    group by stream_id, bucket order by stream_id, bucket`;
  const { rows } = await db.query<LateRow>(sql, [timestampParam(noticedByMs)]);
  const streams = new Map<number, LateRow[]>();
  for (const row of rows) streams.set(row.streamId, [...(streams.get(row.streamId) ?? []), row]);
  return [...streams].map(([streamId, of]) => ({
    streamId,
    minutes: of.map(({ bucketMs, noticedAtMs }) => ({ bucketMs, noticedAtMs })),
    ids: of.flatMap(({ ids }) => ids),
  }));
}

export async function takeLateMinutes(db: Queryable, late: LateMinutes): Promise<void> {
  const sql = 'delete from late_minutes where stream_id = $1 and id = any($2::bigint[])';
  await db.query(sql, [late.streamId, late.ids]);
}

/** Minutes that no report can cover any more. */
export async function dropLateBefore(db: Queryable, ms: number): Promise<void> {
  await db.query('delete from late_minutes where noticed_at < $1', [timestampParam(ms)]);
}
