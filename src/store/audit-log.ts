import type { Queryable } from './database.ts';
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

/** The bodies of an incident's reports as JSON texts, oldest first. */
export async function listIncidentReports(db: Queryable, incident: IncidentKey, limit: number): Promise<string[]> {
  const sql = `select r.body::text as body from incident_reports i join reports r on r.stream_id = i.stream_id and r.id = i.report_id
    where i.stream_id = $1 and i.incident_id = $2 order by r.window_end, r.id limit $3`;
  const { rows } = await db.query<{ body: string }>(sql, [incident.streamId, incident.id, limit]);
  return rows.map(({ body }) => body);
}

export async function countIncidentReports(db: Queryable, incident: IncidentKey): Promise<number> {
  const sql = 'select count(*) as n from incident_reports where stream_id = $1 and incident_id = $2';
  return (await db.query<{ n: number }>(sql, [incident.streamId, incident.id])).rows[0]?.n ?? 0;
}

/** The body of the last report that failed, as JSON text. */
export async function findLastReport(db: Queryable, incident: IncidentKey): Promise<string | undefined> {
  const sql = `select r.body::text as body from incident_reports i join reports r on r.stream_id = i.stream_id and r.id = i.report_id
    where i.stream_id = $1 and i.incident_id = $2 order by r.id desc limit 1`;
  return (await db.query<{ body: string }>(sql, [incident.streamId, incident.id])).rows[0]?.body;
}
