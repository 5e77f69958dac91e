import type { Queryable } from './database.ts';
import { msOf, timestampParam } from './sql.ts';

export interface LateMinutes {
  readonly streamId: number;
  /** Each with the last time that it was noticed. */
  readonly minutes: readonly { readonly bucketMs: number; readonly noticedAtMs: number }[];
  readonly ids: readonly number[];
}

interface LateRow {
  streamId: number;
  bucketMs: number;
  noticedAtMs: number;
  ids: number[];
}

const MAX_ROWS = 10_000;

/** The minutes whose events were late, noticed up to a moment, by stream. Ingest stores them in the transaction of the events. */
export async function listLateMinutes(db: Queryable, noticedByMs: number): Promise<LateMinutes[]> {
  const sql = `select stream_id as "streamId", ${msOf('bucket')} as "bucketMs", max(${msOf('noticed_at')}) as "noticedAtMs",
      array_agg(id::float8) as ids
    from (select * from late_minutes where noticed_at <= $1 order by id limit ${MAX_ROWS}) l
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

/** Minutes that are too old for a revision. */
export async function dropLateBefore(db: Queryable, ms: number): Promise<void> {
  await db.query('delete from late_minutes where noticed_at < $1', [timestampParam(ms)]);
}
