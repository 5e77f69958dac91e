import type { Evaluation } from '../core/evaluation/evaluation.ts';
import type { ReferenceKind } from '../core/evaluation/reference-kind.ts';
import type { EvaluatedWindow } from '../core/incident/build-message.ts';
import type { Queryable } from './database.ts';
import type { StoredReport } from './reports.ts';
import { msOf, timestampParam } from './sql.ts';

export interface AuditEntry {
  readonly atMs: number;
  /** A person, or `plumbline` for what no person did. */
  readonly who: string;
  /** The reason of a change or of a notification, or what a person did. */
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface IncidentKey {
  readonly streamId: number;
  readonly id: number;
}

export async function addAuditEntry(tx: Queryable, incident: IncidentKey, entry: AuditEntry): Promise<void> {
  const sql = `insert into audit_log (stream_id, incident_id, at, who, what, details) values ($1, $2, $3, $4, $5, $6::json)`;
  const { atMs, who, what, details } = entry;
  await tx.query(sql, [incident.streamId, incident.id, timestampParam(atMs), who, what, JSON.stringify(details)]);
}

/** Oldest first. */
export async function listAuditLog(db: Queryable, incident: IncidentKey): Promise<AuditEntry[]> {
  const sql = `select ${msOf('at')} as "atMs", who, what, details from audit_log
    where stream_id = $1 and incident_id = $2 order by id limit 10000`;
  return (await db.query<AuditEntry>(sql, [incident.streamId, incident.id])).rows;
}

export async function addIncidentReport(tx: Queryable, incident: IncidentKey, reportId: number): Promise<void> {
  const sql = `insert into incident_reports (stream_id, incident_id, report_id) values ($1, $2, $3) on conflict do nothing`;
  await tx.query(sql, [incident.streamId, incident.id, reportId]);
}

/** An incident's reports, oldest first. */
export async function listIncidentReports(
  db: Queryable,
  incident: IncidentKey,
  limit: number,
): Promise<StoredReport[]> {
  const sql = `select r.evaluation, r.body::text as body from incident_reports i join reports r on r.stream_id = i.stream_id and r.id = i.report_id
    where i.stream_id = $1 and i.incident_id = $2 order by r.window_end, r.id limit $3`;
  return (await db.query<StoredReport>(sql, [incident.streamId, incident.id, limit])).rows;
}

export async function countIncidentReports(db: Queryable, incident: IncidentKey): Promise<number> {
  const sql = 'select count(*) as n from incident_reports where stream_id = $1 and incident_id = $2';
  return (await db.query<{ n: number }>(sql, [incident.streamId, incident.id])).rows[0]?.n ?? 0;
}

/** What a report of before evaluations were stored says of its window. */
interface OldWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly samples: number;
  readonly baseline: { readonly id: number; readonly name: string; readonly created_at: string } | null;
  readonly kind: ReferenceKind | null;
  readonly windows: readonly { readonly start: string; readonly end: string }[] | null;
}

/** The window that it failed on last. */
export async function findLastWindow(db: Queryable, incident: IncidentKey): Promise<EvaluatedWindow | undefined> {
  const sql = `select r.evaluation, ${msOf('r.window_start')} as "startMs", ${msOf('r.window_end')} as "endMs",
      (r.body ->> 'samples')::float8 as samples, r.body -> 'baseline' as baseline,
      r.body #>> '{reference,kind}' as kind, r.body #> '{reference,windows}' as windows
    from incident_reports i join reports r on r.stream_id = i.stream_id and r.id = i.report_id
    where i.stream_id = $1 and i.incident_id = $2 order by r.id desc limit 1`;
  const { rows } = await db.query<OldWindow & { readonly evaluation: Evaluation | null }>(sql, [
    incident.streamId,
    incident.id,
  ]);
  return rows[0] && (rows[0].evaluation ?? ofOldWindow(rows[0]));
}

function ofOldWindow({ startMs, endMs, samples, baseline, kind, windows }: OldWindow): EvaluatedWindow {
  return {
    window: { startMs, endMs },
    samples,
    reference: {
      kind: kind ?? 'baseline',
      baseline: baseline && { id: baseline.id, name: baseline.name, createdAtMs: Date.parse(baseline.created_at) },
      windows: (windows ?? []).map(({ start, end }) => ({ startMs: Date.parse(start), endMs: Date.parse(end) })),
    },
  };
}
