import type { StreamName } from '../core/stream-name.ts';
import type { Queryable } from './database.ts';
import { findLastEvents } from './last-events.ts';
import { BY_ID, OLDEST, type PageQuery } from './page.ts';
import { msOf } from './sql.ts';

export interface Stream {
  readonly id: number;
  readonly service: string;
  readonly endpoint: string;
  readonly createdAtMs: number;
}

const SELECT_STREAM = `select id, service, endpoint, ${msOf('created_at')} as "createdAtMs" from streams`;

const IS_NAMED = 'md5(service) = md5($1::text) and md5(endpoint) = md5($2::text) and service = $1 and endpoint = $2';

/** Two processes may store the same new stream at once: the unique index decides, and both get the same row. */
export async function getOrCreateStream(db: Queryable, service: string, endpoint: string): Promise<Stream> {
  const known = await findStream(db, service, endpoint);
  if (known !== undefined) return known;
  await createStreams(db, [{ service, endpoint }]);
  const stream = await findStream(db, service, endpoint);
  if (stream === undefined) throw new Error(`Stream ${service} ${endpoint} was not stored`);
  return stream;
}

/** Stores those that are new. Sorted, so that two processes that store the same ones cannot deadlock. */
export async function createStreams(db: Queryable, names: readonly StreamName[]): Promise<void> {
  const sql = `insert into streams (service, endpoint) select * from unnest($1::text[], $2::text[])
    on conflict (md5(service), md5(endpoint)) do nothing`;
  await db.query(sql, columnsOf(names.toSorted(byName)));
}

/** The ids of those of these streams that are stored. */
export async function findStreamIds(
  db: Queryable,
  names: readonly StreamName[],
): Promise<(StreamName & { id: number })[]> {
  const sql = `select s.id, s.service, s.endpoint from unnest($1::text[], $2::text[]) as w (service, endpoint)
    join streams s on md5(s.service) = md5(w.service) and md5(s.endpoint) = md5(w.endpoint)
      and s.service = w.service and s.endpoint = w.endpoint`;
  return (await db.query<StreamName & { id: number }>(sql, columnsOf(names))).rows;
}

function columnsOf(names: readonly StreamName[]): [string[], string[]] {
  return [names.map(({ service }) => service), names.map(({ endpoint }) => endpoint)];
}

function byName(a: StreamName, b: StreamName): number {
  return compareText(a.service, b.service) || compareText(a.endpoint, b.endpoint);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

export async function findStream(db: Queryable, service: string, endpoint: string): Promise<Stream | undefined> {
  return (await db.query<Stream>(`${SELECT_STREAM} where ${IS_NAMED}`, [service, endpoint])).rows[0];
}

export async function findStreamById(db: Queryable, id: number): Promise<Stream | undefined> {
  return (await db.query<Stream>(`${SELECT_STREAM} where id = $1`, [id])).rows[0];
}

/** A stream as a list of streams shows it. */
export interface StreamEntry extends Stream {
  /** Of the newest stored event; null when none is stored (any more). */
  readonly lastEventMs: number | null;
  /** How many features its events have had. */
  readonly features: number;
  /** Paths of its events that are not profiled, because it had all the features that it may have. */
  readonly ignoredFeatures: number;
  readonly activeBaseline: { readonly id: number; readonly name: string; readonly createdAtMs: number } | null;
}

interface EntryRow extends Stream {
  lastBucketMs: number | null;
  baselineId: number | null;
  baselineName: string;
  baselineCreatedAtMs: number;
}

/** What grows is asked on its own, by the ids of the page: it may be on other servers than the streams. */
export async function listStreams(
  db: Queryable,
  query: PageQuery,
): Promise<{ streams: StreamEntry[]; next: string | null }> {
  const after = BY_ID.start(query.after, OLDEST);
  const sql = `select s.id, s.service, s.endpoint, ${msOf('s.created_at')} as "createdAtMs", ${msOf('s.last_bucket')} as "lastBucketMs",
      b.id as "baselineId", b.name as "baselineName", ${msOf('b.created_at')} as "baselineCreatedAtMs"
    from streams s left join baselines b on b.stream_id = s.id and b.active where s.id > $1 order by s.id limit $2`;
  const { rows } = await db.query<EntryRow>(sql, [after.id, query.limit + 1]);
  const page = BY_ID.cut(rows, query.limit);
  const counts = await countFeatures(db, page.rows);
  const lastEvents = await findLastEvents(db, page.rows);
  const streams = page.rows.map(({ lastBucketMs, baselineId, baselineName, baselineCreatedAtMs, ...stream }) => ({
    ...stream,
    lastEventMs: lastEvents.get(stream.id) ?? null,
    ...(counts.get(stream.id) ?? { features: 0, ignoredFeatures: 0 }),
    activeBaseline:
      baselineId === null ? null : { id: baselineId, name: baselineName, createdAtMs: baselineCreatedAtMs },
  }));
  return { streams, next: page.next };
}

interface FeatureCounts {
  readonly features: number;
  readonly ignoredFeatures: number;
}

async function countFeatures(
  db: Queryable,
  streams: readonly { readonly id: number }[],
): Promise<Map<number, FeatureCounts>> {
  const sql = `select stream_id as id, count(*) filter (where not ignored) as features, count(*) filter (where ignored) as "ignoredFeatures"
    from stream_features where stream_id = any($1::bigint[]) group by stream_id`;
  const { rows } = await db.query<FeatureCounts & { id: number }>(sql, [streams.map(({ id }) => id)]);
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

export async function countStreams(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*) as n from streams');
  return rows[0]?.n ?? 0;
}

/** In the order in which they were first seen. */
export async function listFeaturePaths(db: Queryable, streamId: number): Promise<string[]> {
  return (await listPathsOf(db, [streamId])).get(streamId)?.features ?? [];
}

/** The paths of a stream: of its features, and those that came when it had all that it may have. */
export interface StreamPaths {
  readonly features: string[];
  readonly ignored: string[];
}

/** The same for many streams at once; a stream without any is not in it. */
export async function listPathsOf(db: Queryable, streamIds: readonly number[]): Promise<Map<number, StreamPaths>> {
  const sql = `select stream_id as "streamId", path, ignored from stream_features where stream_id = any($1::bigint[])
    order by created_at, path`;
  const { rows } = await db.query<{ streamId: number; path: string; ignored: boolean }>(sql, [streamIds]);
  const paths = new Map<number, StreamPaths>();
  for (const { streamId, path, ignored } of rows) {
    const known = paths.get(streamId) ?? { features: [], ignored: [] };
    known[ignored ? 'ignored' : 'features'].push(path);
    paths.set(streamId, known);
  }
  return paths;
}

export interface FeaturePath {
  readonly streamId: number;
  readonly path: string;
}

const MAX_PATHS_A_STATEMENT = 20_000;

/**
 * Paths already known stay as they are; ignored ones become features. Sorted, so that two processes adding the same ones cannot deadlock; for the same reason not in a
 * transaction with other paths.
 */
export async function addFeaturePaths(db: Queryable, paths: readonly FeaturePath[]): Promise<void> {
  const sql = `insert into stream_features as f (stream_id, path) select * from unnest($1::bigint[], $2::text[])
    on conflict (stream_id, md5(path)) do update set ignored = false where f.ignored`;
  await insertPaths(db, sql, paths);
}

/** Paths that are stored in events and not profiled. Those already known stay as they are. */
export async function addIgnoredPaths(db: Queryable, paths: readonly FeaturePath[]): Promise<void> {
  const sql = `insert into stream_features (stream_id, path, ignored)
    select *, true from unnest($1::bigint[], $2::text[]) on conflict (stream_id, md5(path)) do nothing`;
  await insertPaths(db, sql, paths);
}

async function insertPaths(db: Queryable, sql: string, paths: readonly FeaturePath[]): Promise<void> {
  const sorted = paths.toSorted((a, b) => a.streamId - b.streamId || compareText(a.path, b.path));
  for (let i = 0; i < sorted.length; i += MAX_PATHS_A_STATEMENT) {
    const some = sorted.slice(i, i + MAX_PATHS_A_STATEMENT);
    await db.query(sql, [some.map(({ streamId }) => streamId), some.map(({ path }) => path)]);
  }
}
