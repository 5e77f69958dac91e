import type { Policy } from '../core/drift/drift-test.ts';
import type { Evaluation } from '../core/evaluation/evaluation.ts';
import type { Queryable } from './database.ts';
import { type PageQuery, pagesBy } from './page.ts';
import { msOf, timestampParam } from './sql.ts';

export interface ReportInsert {
  readonly streamId: number;
  /** Null when the reference is not a baseline but other windows. */
  readonly baselineId: number | null;
  /** The monitor whose run made it; null for a report that was requested. */
  readonly monitorId: number | null;
  readonly evaluation: Evaluation;
}

/** An evaluation; or the JSON text of a report, where it was stored before evaluations were. */
export type StoredReport =
  | { readonly evaluation: Evaluation; readonly body: null }
  | { readonly evaluation: null; readonly body: string };

/** A stored report, by the question that it answers. */
export type ReportRow = StoredReport & {
  readonly id: number;
  readonly streamId: number;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly policy: Policy;
  readonly baselineId: number | null;
  readonly monitorId: number | null;
  readonly generatedAtMs: number;
  readonly status: Evaluation['status'];
  /** 1, and one more for each time that late events changed a closed window. */
  readonly revision: number;
};

export interface SavedReport {
  readonly id: number;
  readonly revision: number;
}

/**
 * One report for each window, policy, reference and monitor. While its window is open, a new report replaces it. The report of a closed window
 * does not change; late events create a further revision, and the old one stays.
 */
export async function saveReport(db: Queryable, report: ReportInsert): Promise<SavedReport> {
  const first = await insertRevision(db, report, 1);
  if (first !== undefined) return first;
  const latest = await findLatest(db, report);
  if (latest === undefined) return saveReport(db, report);
  if (latest.wasOpen) return replaceReport(db, latest, report);
  // Events are only added: a report of fewer events was read earlier.
  if (latest.samples >= report.evaluation.samples) return { id: latest.id, revision: latest.revision };
  const next = await insertRevision(db, report, latest.revision + 1);
  // Another process wrote the same revision at the same moment, from the same events.
  return next ?? { id: latest.id, revision: latest.revision + 1 };
}

async function insertRevision(db: Queryable, report: ReportInsert, revision: number): Promise<SavedReport | undefined> {
  const sql = `insert into reports
    (stream_id, window_start, window_end, policy, baseline_id, monitor_id, generated_at, status, evaluation, revision)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10) on conflict do nothing returning id, revision`;
  const { rows } = await db.query<SavedReport>(sql, [...questionParams(report), ...answerParams(report), revision]);
  return rows[0];
}

function questionParams({ streamId, baselineId, monitorId, evaluation }: ReportInsert): unknown[] {
  const window = [evaluation.window.startMs, evaluation.window.endMs].map(timestampParam);
  return [streamId, ...window, evaluation.policy, baselineId, monitorId];
}

function answerParams({ evaluation }: ReportInsert): unknown[] {
  return [timestampParam(evaluation.generatedAtMs), evaluation.status, JSON.stringify(evaluation)];
}

interface LatestReport extends SavedReport {
  /** It was made before the end of its window. */
  readonly wasOpen: boolean;
  readonly samples: number;
}

async function findLatest(db: Queryable, report: ReportInsert): Promise<LatestReport | undefined> {
  const sql = `select id, revision, generated_at < window_end as "wasOpen", (coalesce(evaluation, body) ->> 'samples')::float8 as samples from reports
    where stream_id = $1 and window_start = $2 and window_end = $3 and policy = $4
      and coalesce(baseline_id, 0) = coalesce($5::bigint, 0) and coalesce(monitor_id, 0) = coalesce($6::bigint, 0)
    order by revision desc limit 1`;
  return (await db.query<LatestReport>(sql, questionParams(report))).rows[0];
}

async function replaceReport(db: Queryable, { id, revision }: SavedReport, report: ReportInsert): Promise<SavedReport> {
  const sql = `update reports set generated_at = $3, status = $4, evaluation = $5::json, body = null
    where stream_id = $1 and id = $2`;
  await db.query(sql, [report.streamId, id, ...answerParams(report)]);
  return { id, revision };
}

/** A closed window's report that late events may have changed. */
export interface RevisableReport {
  readonly id: number;
  readonly revision: number;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly policy: Policy;
  readonly baselineId: number | null;
  readonly monitorId: number | null;
  readonly samples: number;
}

const REVISABLE_PAGE = 500;
/** An evaluation that started before a late event was noticed is stored by then. */
const EVALUATION_MS = 60_000;

/**
 * The newest revision of each report of a stream whose window holds one of these minutes, and that was made before, or while, its late
 * events came. A page, the latest window first.
 */
export async function listRevisable(
  db: Queryable,
  streamId: number,
  minutes: readonly { readonly bucketMs: number; readonly noticedAtMs: number }[],
  after: Pick<RevisableReport, 'windowEndMs' | 'id'> | undefined,
): Promise<RevisableReport[]> {
  const sql = `select id, revision, ${msOf('window_start')} as "windowStartMs", ${msOf('window_end')} as "windowEndMs", policy,
      baseline_id as "baselineId", monitor_id as "monitorId", (coalesce(evaluation, body) ->> 'samples')::float8 as samples
    from reports r where stream_id = $1 and generated_at >= window_end and window_end > $4 and (window_end, id) < ($5, $6::bigint)
      and exists (select 1 from unnest($2::timestamptz[], $3::timestamptz[]) l (bucket, until)
        where l.bucket >= window_start and l.bucket < window_end and generated_at <= l.until)
      and not exists (select 1 from reports n where n.stream_id = r.stream_id and n.window_start = r.window_start
        and n.window_end = r.window_end and n.policy = r.policy and coalesce(n.baseline_id, 0) = coalesce(r.baseline_id, 0)
        and coalesce(n.monitor_id, 0) = coalesce(r.monitor_id, 0) and n.revision > r.revision)
    order by window_end desc, id desc limit ${REVISABLE_PAGE}`;
  const buckets = minutes.map(({ bucketMs }) => timestampParam(bucketMs));
  const until = minutes.map(({ noticedAtMs }) => timestampParam(noticedAtMs + EVALUATION_MS));
  const from = timestampParam(Math.min(...minutes.map(({ bucketMs }) => bucketMs)));
  const end = timestampParam(after?.windowEndMs ?? Number.MAX_SAFE_INTEGER);
  const params = [streamId, buckets, until, from, end, after?.id ?? Number.MAX_SAFE_INTEGER];
  return (await db.query<RevisableReport>(sql, params)).rows;
}

const DROP_BATCH = 5_000;

/** All but those of incidents; in batches, so that no statement runs for long. */
export async function dropReportsBefore(db: Queryable, ms: number): Promise<number> {
  const sql = `delete from reports where (stream_id, id) in (select r.stream_id, r.id from reports r where r.window_end < $1
    and not exists (select 1 from incident_reports i where i.stream_id = r.stream_id and i.report_id = r.id) limit ${DROP_BATCH})`;
  for (let dropped = 0; ; ) {
    const { rowCount } = await db.query(sql, [timestampParam(ms)]);
    dropped += rowCount;
    if (rowCount < DROP_BATCH) return dropped;
  }
}

export interface ReportQuery extends PageQuery {
  readonly streamId: number;
  /** Reports whose window ends in (fromMs, toMs]. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly monitorId?: number | undefined;
}

const BY_WINDOW_END = pagesBy('windowEndMs', 'id');
const LATEST = { windowEndMs: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };

/** By the end of their window, the newest first. */
export async function listReports(
  db: Queryable,
  query: ReportQuery,
): Promise<{ reports: ReportRow[]; next: string | null }> {
  const before = BY_WINDOW_END.start(query.after, LATEST);
  const sql = `select id, stream_id as "streamId", policy, baseline_id as "baselineId", monitor_id as "monitorId", revision, status,
      evaluation, body::text as body, ${msOf('window_start')} as "windowStartMs", ${msOf('window_end')} as "windowEndMs",
      ${msOf('generated_at')} as "generatedAtMs"
    from reports where stream_id = $1 and window_end > $2 and window_end <= $3 and (window_end, id) < ($4, $5::bigint)
      and ($6::bigint is null or monitor_id = $6)
    order by window_end desc, id desc limit $7`;
  const bounds = [query.fromMs ?? 0, query.toMs ?? Number.MAX_SAFE_INTEGER, before.windowEndMs].map(timestampParam);
  const { rows } = await db.query<ReportRow>(sql, [
    query.streamId,
    ...bounds,
    before.id,
    query.monitorId ?? null,
    query.limit + 1,
  ]);
  const page = BY_WINDOW_END.cut(rows, query.limit);
  return { reports: page.rows, next: page.next };
}
