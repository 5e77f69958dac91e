import type { DriftRisk } from '../core/forecast/drift-risk.ts';
import type { Clock } from '../core/time/clock.ts';
import type { UpstreamMode } from '../core/upstream-mode.ts';
import type { Queryable } from './database.ts';
import { MOMENT, msOf, nowParam, timestampParam } from './sql.ts';

/** The metrics of one window, as they were when it ended. */
export interface HistoryRow {
  readonly tsMs: number;
  readonly windowSec: number;
  readonly n: number;
  readonly mean: number;
  readonly stdev: number;
  readonly driftRisk: DriftRisk;
  readonly source: string;
  readonly requestId: string;
}

export async function insertHistory(db: Queryable, row: HistoryRow): Promise<void> {
  const sql = `insert into coherence_history (ts, window_sec, n, mean, stdev, drift_risk, source, request_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`;
  const { n, mean, stdev, driftRisk, source, requestId } = row;
  await db.query(sql, [timestampParam(row.tsMs), row.windowSec, n, mean, stdev, driftRisk, source, requestId]);
}

/** One from the history of another system. */
export interface ImportedHistoryRow extends HistoryRow {
  /** The same for the same row, however often it is imported. */
  readonly importKey: string;
}

/** Adds the rows that no import has added before; returns how many. */
export async function importHistoryRows(db: Queryable, rows: readonly ImportedHistoryRow[]): Promise<number> {
  const sql = `insert into coherence_history (ts, window_sec, n, mean, stdev, drift_risk, source, request_id, import_key)
    select * from unnest($1::timestamptz[], $2::int[], $3::bigint[], $4::float8[], $5::float8[], $6::text[], $7::text[], $8::text[],
      $9::text[])
    on conflict (import_key) do nothing`;
  const column = <T>(pick: (row: ImportedHistoryRow) => T) => rows.map(pick);
  const params = [
    column(({ tsMs }) => timestampParam(tsMs)),
    column(({ windowSec }) => windowSec),
    column(({ n }) => n),
    column(({ mean }) => mean),
    column(({ stdev }) => stdev),
    column(({ driftRisk }) => driftRisk),
    column(({ source }) => source),
    column(({ requestId }) => requestId),
    column(({ importKey }) => importKey),
  ];
  return (await db.query(sql, params)).rowCount;
}

/** Newest first. */
export async function listHistory(db: Queryable, limit: number): Promise<HistoryRow[]> {
  const sql = `select ${msOf('ts')} as "tsMs", window_sec as "windowSec", n, mean, stdev, drift_risk as "driftRisk", source,
      request_id as "requestId"
    from coherence_history order by ts desc, id desc limit $1`;
  return (await db.query<HistoryRow>(sql, [limit])).rows;
}

export async function dropHistoryBefore(db: Queryable, ms: number): Promise<number> {
  return (await db.query('delete from coherence_history where ts < $1', [timestampParam(ms)])).rowCount;
}

/** How a fetch from a source went. */
export interface Fetch {
  readonly source: UpstreamMode;
  readonly atMs: number;
  readonly ok: boolean;
  readonly records: number;
  readonly latencyMs: number;
  readonly pages: number;
  readonly retries: number;
  readonly error: string | null;
  /** Of the newest record that was ever stored; null keeps what is known. */
  readonly newestMs: number | null;
}

/** The last fetch from a source. */
export interface LastFetch extends Fetch {
  /** When a fetch last succeeded; null when none did. */
  readonly succeededMs: number | null;
}

/** The newest record never moves back: the next fetch starts there. */
export async function saveFetch(db: Queryable, fetch: Fetch): Promise<void> {
  const sql = `insert into coherence_fetch as f
      (source, at, ok, records, latency_ms, pages_fetched, retries, error, newest_record, succeeded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $3 then $2::timestamptz end)
    on conflict (source) do update set at = excluded.at, ok = excluded.ok, records = excluded.records,
      succeeded_at = coalesce(excluded.succeeded_at, f.succeeded_at), latency_ms = excluded.latency_ms, pages_fetched = excluded.pages_fetched, retries = excluded.retries,
      error = excluded.error, newest_record = greatest(f.newest_record, excluded.newest_record)`;
  const { source, ok, records, latencyMs, pages, retries, error, newestMs } = fetch;
  const newest = newestMs === null ? null : timestampParam(newestMs);
  await db.query(sql, [source, timestampParam(fetch.atMs), ok, records, latencyMs, pages, retries, error, newest]);
}

export async function findFetch(db: Queryable, source: UpstreamMode): Promise<LastFetch | undefined> {
  const sql = `select source, ${msOf('at')} as "atMs", ok, records, latency_ms as "latencyMs", pages_fetched as pages, retries, error,
      ${msOf('newest_record')} as "newestMs", ${msOf('succeeded_at')} as "succeededMs"
    from coherence_fetch where source = $1`;
  return (await db.query<LastFetch>(sql, [source])).rows[0];
}

/**
 * The moment that the newest record of the mock's file is moved to: the current time at first, then the same moment until it is this old, then
 * the current time again. One statement, so that two fetches at once agree.
 */
export async function anchorMock(db: Queryable, clock: Clock, keptMs: number): Promise<number> {
  const sql = `with ${MOMENT} insert into coherence_fetch as f
      (source, at, ok, records, latency_ms, pages_fetched, retries, error, newest_record)
    select 'mock', now, false, 0, 0, 0, 0, 'the first fetch has not ended', date_trunc('milliseconds', now) from moment
    on conflict (source) do update set newest_record = case
      when f.newest_record > excluded.newest_record - $2::float8 * interval '1 millisecond' then f.newest_record
      else excluded.newest_record end
    returning ${msOf('newest_record')} as ms`;
  const { rows } = await db.query<{ ms: number }>(sql, [nowParam(clock), keptMs]);
  if (rows[0] === undefined) throw new Error('The moment of the mock was not stored');
  return rows[0].ms;
}
