import type { Span } from '../core/profile/span.ts';
import type { Queryable } from './database.ts';
import { timestampParam, valuesOf } from './sql.ts';

/** One row of `event_batches`: events of one stream and one minute, as they came. */
export interface BatchRow {
  readonly streamId: number;
  readonly bucketMs: number;
  /** At most 16,383. */
  readonly n: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Text of a JSON array of n objects. The database does not parse it: that would make the insert a third slower. */
  readonly eventsJson: string;
}

export interface ProfileRow {
  readonly streamId: number;
  readonly bucketMs: number;
  readonly span: Span;
  readonly n: number;
  readonly profile: Uint8Array;
}

/** A minute that had ended when its events were stored. */
export interface LateMinute {
  readonly streamId: number;
  readonly bucketMs: number;
  readonly noticedAtMs: number;
}

/** More rows would exceed the 65,535 parameters of the protocol. */
export const MAX_ROWS_A_STATEMENT = 10_000;

/** Of each kind; a connection keeps a plan for each number that it met. */
const MAX_PREPARED_ROWS = 8;

const BATCH_CASTS = ['bigint', 'timestamptz', 'int', 'timestamptz', 'timestamptz', 'text'];
const PROFILE_CASTS = ['bigint', 'timestamptz', 'int', 'int', 'bytea'];

/**
 * Appends events and their profiles. Up to 10,000 rows go in one statement, which is atomic and one round trip; with more, call it in a
 * transaction.
 */
export async function appendRows(
  db: Queryable,
  batches: readonly BatchRow[],
  profiles: readonly ProfileRow[],
  late: readonly LateMinute[] = [],
): Promise<void> {
  for (let i = 0; i < batches.length + profiles.length; i += MAX_ROWS_A_STATEMENT) {
    const end = i + MAX_ROWS_A_STATEMENT;
    const fromProfile = Math.max(0, i - batches.length);
    const someProfiles = profiles.slice(fromProfile, Math.max(0, end - batches.length));
    await appendSome(db, batches.slice(i, end), someProfiles, i === 0 ? late : []);
  }
}

async function appendSome(
  db: Queryable,
  batches: readonly BatchRow[],
  profiles: readonly ProfileRow[],
  late: readonly LateMinute[],
): Promise<void> {
  const profilesFrom = batches.length * BATCH_CASTS.length + 1;
  const lateFrom = profilesFrom + profiles.length * PROFILE_CASTS.length;
  const inserts = [
    batches.length > 0 && `events as (${insertBatchesSql(batches.length)})`,
    profiles.length > 0 && `profiles as (${insertProfilesSql(profiles.length, profilesFrom)})`,
    late.length > 0 && `late as (${insertLateSql(lateFrom)})`,
  ].filter((insert) => insert !== false);
  const names = [batches.length > 0 && 'events', profiles.length > 0 && 'profiles'].filter((name) => name !== false);
  const counts = names.map((name) => `(select count(*) from ${name})`).join(' + ');
  const params = [...batches.flatMap(batchParams), ...profiles.flatMap(profileParams), ...lateParams(late)];
  const { rows } = await db.query<{ n: number }>(`with ${inserts.join(', ')} select ${counts} as n`, params, {
    prepareAs: preparedName(batches.length, profiles.length, late.length > 0),
  });
  // PGlite can report success and store nothing.
  const wanted = batches.length + profiles.length;
  if (rows[0]?.n !== wanted) throw new Error(`Stored ${rows[0]?.n} of ${wanted} rows`);
}

/** Single events make this statement hundreds of times a second, of a few rows each: planning it takes the server as long as running it. */
function preparedName(batches: number, profiles: number, hasLate: boolean): string | undefined {
  if (Math.max(batches, profiles) > MAX_PREPARED_ROWS) return undefined;
  return `append_${batches}_${profiles}${hasLate ? '_late' : ''}`;
}

function insertBatchesSql(rows: number): string {
  return `insert into event_batches (stream_id, bucket, n, min_ts, max_ts, events)
    values ${valuesOf(rows, BATCH_CASTS)} returning 1`;
}

function insertProfilesSql(rows: number, first: number): string {
  return `insert into profile_parts (stream_id, bucket, span, n, profile)
    values ${valuesOf(rows, PROFILE_CASTS, first)} returning 1`;
}

function insertLateSql(first: number): string {
  return `insert into late_minutes (stream_id, bucket, noticed_at)
    select * from unnest($${first}::bigint[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[])`;
}

function lateParams(late: readonly LateMinute[]): unknown[] {
  if (late.length === 0) return [];
  const times = (pick: (minute: LateMinute) => number) => late.map((minute) => timestampParam(pick(minute)));
  return [
    late.map(({ streamId }) => streamId),
    times((minute) => minute.bucketMs),
    times((minute) => minute.noticedAtMs),
  ];
}

function batchParams(row: BatchRow): unknown[] {
  const { streamId, n, eventsJson } = row;
  return [streamId, timestampParam(row.bucketMs), n, timestampParam(row.minMs), timestampParam(row.maxMs), eventsJson];
}

function profileParams(row: ProfileRow): unknown[] {
  return [row.streamId, timestampParam(row.bucketMs), row.span, row.n, row.profile];
}
