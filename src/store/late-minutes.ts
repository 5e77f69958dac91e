import type { Queryable } from './database.ts';
import { msOf, timestampParam } from './sql.ts';

export interface LateMinutes {
  readonly streamId: number;
  /** Each with the last time that it was noticed. */
  readonly minutes: readonly { readonly bucketMs: number; readonly noticedAtMs: number }[];
  readonly ids: readonly number[];
}

interface LateRow {
  id: number;
  streamId: number;
  bucketMs: number;
  noticedAtMs: number;
}

const MAX_ROWS = 10_000;

/** The minutes whose events were late, noticed up to a moment, by stream. Ingest stores them in the transaction of the events. */
export async function listLateMinutes(db: Queryable, noticedByMs: number): Promise<LateMinutes[]> {
  const sql = `select id, stream_id as "streamId", ${msOf('bucket')} as "bucketMs", ${msOf('noticed_at')} as "noticedAtMs"
    from late_minutes where noticed_at <= $1 order by id limit ${MAX_ROWS}`;
  const { rows } = await db.query<LateRow>(sql, [timestampParam(noticedByMs)]);
  const streams = new Map<number, LateRow[]>();
  for (const row of rows.toSorted((a, b) => a.streamId - b.streamId || a.bucketMs - b.bucketMs)) {
    const ofStream = streams.get(row.streamId);
    if (ofStream === undefined) streams.set(row.streamId, [row]);
    else ofStream.push(row);
  }
  return [...streams].map(([streamId, notes]) => ({
    streamId,
    minutes: lastNotices(notes),
    ids: notes.map(({ id }) => id),
  }));
}

function lastNotices(notes: readonly LateRow[]): LateMinutes['minutes'] {
  const lastMs = new Map<number, number>();
  for (const { bucketMs, noticedAtMs } of notes) {
    lastMs.set(bucketMs, Math.max(noticedAtMs, lastMs.get(bucketMs) ?? noticedAtMs));
  }
  return [...lastMs].map(([bucketMs, noticedAtMs]) => ({ bucketMs, noticedAtMs }));
}

export async function takeLateMinutes(db: Queryable, late: LateMinutes): Promise<void> {
  const sql = 'delete from late_minutes where stream_id = $1 and id = any($2::bigint[])';
  await db.query(sql, [late.streamId, late.ids]);
}

/** Minutes that are too old for a revision. */
export async function dropLateBefore(db: Queryable, ms: number): Promise<void> {
  await db.query('delete from late_minutes where noticed_at < $1', [timestampParam(ms)]);
}
