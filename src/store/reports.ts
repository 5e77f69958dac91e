import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Queryable } from './database.ts';
import { timestampParam } from './sql.ts';

export interface ReportInsert {
  readonly streamId: number;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly policy: 'calibrated' | 'classic';
  readonly baselineId: number;
  readonly generatedAtMs: number;
  readonly status: 'ok' | 'fail';
  /** The report's JSON text, as it goes over the wire. */
  readonly body: string;
}

export interface ReportRow extends ReportInsert {
  readonly id: number;
}

/** One report for each window, policy and baseline: the same question asked again replaces the answer. Returns its id. */
export async function saveReport(db: Queryable, report: ReportInsert): Promise<number> {
  const sql = `insert into reports
    (stream_id, window_start, window_end, policy, baseline_id, generated_at, status, body)
    values ($1, $2, $3, $4, $5, $6, $7, $8::json)
    on conflict (stream_id, window_start, window_end, policy, baseline_id) do update
      set generated_at = excluded.generated_at, status = excluded.status, body = excluded.body
    returning id`;
  const { rows } = await db.query<{ id: number }>(sql, [
    report.streamId,
    timestampParam(report.windowStartMs),
    timestampParam(report.windowEndMs),
    report.policy,
    report.baselineId,
    timestampParam(report.generatedAtMs),
    report.status,
    report.body,
  ]);
  if (rows[0] === undefined) throw new Error('The report was not stored');
  return rows[0].id;
}

export interface ReportQuery {
  readonly streamId: number;
  /** Reports whose window ends in (fromMs, toMs]. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

interface ReportColumns extends Pick<ReportRow, 'id' | 'streamId' | 'policy' | 'baselineId' | 'status' | 'body'> {
  window_start: Date;
  window_end: Date;
  generated_at: Date;
}

/** By the end of their window, the newest first. */
export async function listReports(
  db: Queryable,
  query: ReportQuery,
): Promise<{ reports: ReportRow[]; next: string | null }> {
  const [endMs, id] =
    query.after === undefined ? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : decodeCursor(query.after, 2);
  const sql = `select id, stream_id as "streamId", policy, baseline_id as "baselineId", status, body::text as body,
      window_start, window_end, generated_at
    from reports where stream_id = $1 and window_end > $2 and window_end <= $3 and (window_end, id) < ($4, $5::bigint)
    order by window_end desc, id desc limit $6`;
  const bounds = [query.fromMs ?? 0, query.toMs ?? Number.MAX_SAFE_INTEGER, endMs ?? 0].map(timestampParam);
  const { rows } = await db.query<ReportColumns>(sql, [query.streamId, ...bounds, id, query.limit + 1]);
  const reports = rows.slice(0, query.limit).map(toReport);
  const last = reports.at(-1);
  const next = rows.length > query.limit && last !== undefined ? encodeCursor([last.windowEndMs, last.id]) : null;
  return { reports, next };
}

function toReport({ window_start, window_end, generated_at, ...rest }: ReportColumns): ReportRow {
  return {
    ...rest,
    windowStartMs: window_start.getTime(),
    windowEndMs: window_end.getTime(),
    generatedAtMs: generated_at.getTime(),
  };
}
