import type { Queryable } from './database.ts';
import { msOf, timestampParam } from './sql.ts';

export interface LateMinutes {
  readonly streamId: number;
  readonly buckets: readonly number[];
  readonly ids: readonly number[];
}

/** What came late, by stream: noted by ingest in the transaction that stored it. */
export async function listLateMinutes(db: Queryable, limit = 10_000): Promise<LateMinutes[]> {
  const sql = `select stream_id as "streamId", array_agg(${msOf('bucket')}) as buckets, array_agg(id::float8) as ids
    from (select * from late_minutes order by id limit $1) l group by stream_id order by stream_id`;
  return (await db.query<LateMinutes>(sql, [limit])).rows;
}

export async function takeLateMinutes(db: Queryable, late: LateMinutes): Promise<void> {
  const sql = 'delete from late_minutes where stream_id = $1 and id = any($2::bigint[])';
  await db.query(sql, [late.streamId, late.ids]);
}

/** Minutes that no report can cover any more. */
export async function dropLateBefore(db: Queryable, ms: number): Promise<void> {
  await db.query('delete from late_minutes where noticed_at < $1', [timestampParam(ms)]);
}
