import type { SPANS, Span } from '../core/profile/span.ts';
import type { Interval } from '../core/time/window.ts';
import { appendRows, type ProfileRow } from './append.ts';
import type { Queryable } from './database.ts';
import { timestampParam } from './sql.ts';

export interface StoredProfileRef {
  readonly id: number;
  readonly bucketMs: number;
  readonly span: number;
  readonly n: number;
  /** The profile of the next longer span includes it. */
  readonly folded: boolean;
}

interface RefRow {
  id: number;
  bucket: number;
  span: number;
  n: number;
  folded: boolean;
}

const SELECT_REF = `select id, extract(epoch from bucket)::bigint as bucket, span, n, folded from profile_parts`;
const IS_INSIDE = `stream_id = $1 and bucket >= $2 and bucket < $3 and bucket + span * interval '1 second' <= $3`;

function toRef({ id, bucket, span, n, folded }: RefRow): StoredProfileRef {
  return { id, bucketMs: bucket * 1000, span, n, folded };
}

/** Every stored profile that lies in the interval as a whole, of all spans, oldest first. */
export async function listProfileRefs(
  db: Queryable,
  streamId: number,
  interval: Interval,
): Promise<StoredProfileRef[]> {
  const params = [streamId, timestampParam(interval.startMs), timestampParam(interval.endMs)];
  const { rows } = await db.query<RefRow>(`${SELECT_REF} where ${IS_INSIDE} order by bucket, id`, params);
  return rows.map(toRef);
}

/** A profile that a fold has replaced since it was listed is missing: list again, or list and load in one transaction. */
export async function loadProfiles(
  db: Queryable,
  streamId: number,
  ids: readonly number[],
): Promise<{ id: number; profile: Uint8Array }[]> {
  if (ids.length === 0) return [];
  const sql = `select id, profile from profile_parts where stream_id = $1 and id = any($2::bigint[]) order by id`;
  return (await db.query<{ id: number; profile: Uint8Array }>(sql, [streamId, ids])).rows;
}

/** False while another process folds this stream; `wait` waits for it instead. The claim ends with the transaction. */
export async function claimStreamForFolding(
  tx: Queryable,
  streamId: number,
  patience: 'skip' | 'wait' = 'skip',
): Promise<boolean> {
  const lock = patience === 'skip' ? 'for no key update skip locked' : 'for no key update';
  const { rows } = await tx.query(`select 1 as claimed from streams where id = $1 ${lock}`, [streamId]);
  return rows.length === 1;
}

/** Remembers that the newest event of a stream is in this minute or later. Call it with the stream claimed. */
export async function noteLastBucket(tx: Queryable, streamId: number, bucketMs: number): Promise<void> {
  const sql = 'update streams set last_bucket = $2 where id = $1 and (last_bucket is null or last_bucket < $2)';
  await tx.query(sql, [streamId, timestampParam(bucketMs)]);
}

export interface UnfoldedBucket {
  readonly streamId: number;
  readonly bucketMs: number;
  /** How many profiles of this span and bucket are not folded. */
  readonly profiles: number;
}

/** Buckets that started before a moment and have unfolded profiles of this span, oldest first. */
export async function listUnfolded(
  db: Queryable,
  span: Exclude<Span, typeof SPANS.day>,
  beforeMs: number,
  limit = 10_000,
): Promise<UnfoldedBucket[]> {
  // The span is part of the text: with a parameter the planner cannot use the partial index.
  const sql = `select stream_id as "streamId", extract(epoch from bucket)::bigint * 1000 as "bucketMs", count(*) as profiles
    from profile_parts where not folded and span = ${span} and bucket < $1
    group by stream_id, bucket order by bucket, stream_id limit $2`;
  return (await db.query<UnfoldedBucket>(sql, [timestampParam(beforeMs), limit])).rows;
}

/** Replaces stored profiles by one. Call it in a transaction. */
export async function replaceProfiles(
  tx: Queryable,
  streamId: number,
  deleteIds: readonly number[],
  insert: ProfileRow,
): Promise<void> {
  await deleteProfiles(tx, streamId, deleteIds);
  await appendRows(tx, [], [insert]);
}

export async function markFolded(tx: Queryable, streamId: number, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const sql = 'update profile_parts set folded = true where stream_id = $1 and id = any($2::bigint[]) and not folded';
  await tx.query(sql, [streamId, ids]);
}

export async function deleteProfiles(tx: Queryable, streamId: number, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query('delete from profile_parts where stream_id = $1 and id = any($2::bigint[])', [streamId, ids]);
}

/** Deletes folded profiles of a span that started before a moment. Returns how many. */
export async function dropProfilesBefore(
  db: Queryable,
  span: Exclude<Span, typeof SPANS.day>,
  ms: number,
): Promise<number> {
  const sql = 'delete from profile_parts where span = $1 and folded and bucket < $2';
  return (await db.query(sql, [span, timestampParam(ms)])).rowCount;
}
