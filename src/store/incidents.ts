import type { Incident, IncidentState, LastNotification, Triage } from '../core/incident/incident.ts';
import type { Severity } from '../core/incident/severity.ts';
import type { Clock } from '../core/time/clock.ts';
import type { Queryable } from './database.ts';
import { BY_ID, NEWEST, type PageQuery } from './page.ts';
import { MOMENT, msOf, nowParam, timestampParam } from './sql.ts';

export interface StoredIncident extends Triage {
  readonly id: number;
  readonly streamId: number;
  readonly service: string;
  readonly endpoint: string;
  readonly monitorId: number;
  /** The monitor's name; the monitor may be deleted. */
  readonly monitor: string;
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly incident: Incident;
  readonly lastNotification: LastNotification | null;
  readonly acknowledgedBy: string | null;
  readonly assignedTo: string | null;
  readonly updatedAtMs: number;
}

const COLUMNS = `i.id, i.stream_id as "streamId", s.service, s.endpoint, i.monitor_id as "monitorId", i.monitor, i.grp as "group",
  i.labels, i.doc as incident, i.last_notification as "lastNotification", ${msOf('i.acknowledged_at')} as "acknowledgedAtMs", i.acknowledged_by as "acknowledgedBy",
  ${msOf('i.silenced_until')} as "silencedUntilMs", i.assigned_to as "assignedTo", ${msOf('i.updated_at')} as "updatedAtMs"`;
const SELECT = `select ${COLUMNS} from incidents i join streams s on s.id = i.stream_id`;

/** The open incidents of a monitor, and those resolved since a moment, locked for this transaction; newest first. */
export async function lockIncidents(
  tx: Queryable,
  monitorId: number,
  resolvedSinceMs: number,
): Promise<StoredIncident[]> {
  const sql = `${SELECT} where i.monitor_id = $1 and (i.state <> 'resolved' or i.resolved_at >= $2)
    order by i.id desc for update of i`;
  return (await tx.query<StoredIncident>(sql, [monitorId, timestampParam(resolvedSinceMs)])).rows;
}

export async function lockIncident(tx: Queryable, id: number): Promise<StoredIncident | undefined> {
  return (await tx.query<StoredIncident>(`${SELECT} where i.id = $1 for update of i`, [id])).rows[0];
}

export async function findIncident(db: Queryable, id: number): Promise<StoredIncident | undefined> {
  return (await db.query<StoredIncident>(`${SELECT} where i.id = $1`, [id])).rows[0];
}

/** The incident whose notification has been due the longest, with the time of the clock. Locked; incidents that others hold are skipped. */
export async function lockIncidentToNotify(
  tx: Queryable,
  clock: Clock,
  skippedIds: readonly number[],
): Promise<(StoredIncident & { readonly nowMs: number }) | undefined> {
  const sql = `with ${MOMENT} select ${COLUMNS}, ${msOf('moment.now')} as "nowMs"
    from incidents i join streams s on s.id = i.stream_id, moment
    where i.notify_at <= moment.now and not (i.id = any($2::bigint[])) order by i.notify_at limit 1 for update of i skip locked`;
  return (await tx.query<StoredIncident & { nowMs: number }>(sql, [nowParam(clock), skippedIds])).rows[0];
}

export interface IncidentInsert {
  readonly streamId: number;
  readonly monitorId: number;
  readonly monitor: string;
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly incident: Incident;
  readonly nowMs: number;
}

/** A second open one of the same monitor and group is a UNIQUE_VIOLATION. */
export async function insertIncident(tx: Queryable, insert: IncidentInsert): Promise<number> {
  const { incident } = insert;
  const sql = `insert into incidents (stream_id, monitor_id, monitor, grp, state, severity, labels, doc, started_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7::json, $8::json, $9, $10) returning id`;
  const documents = [JSON.stringify(insert.labels), JSON.stringify(incident)];
  const times = [incident.startedAtMs, insert.nowMs].map(timestampParam);
  const names = [insert.streamId, insert.monitorId, insert.monitor, insert.group, incident.state, incident.severity];
  const { rows } = await tx.query<{ id: number }>(sql, [...names, ...documents, ...times]);
  if (rows[0] === undefined) throw new Error('The incident was not stored');
  return rows[0].id;
}

export interface IncidentUpdate {
  readonly incident: Incident;
  readonly lastNotification: LastNotification | null;
  readonly notifyAtMs: number | null;
  readonly nowMs: number;
}

export async function updateIncident(tx: Queryable, id: number, update: IncidentUpdate): Promise<void> {
  const { incident, lastNotification } = update;
  const sql = `update incidents set state = $2, severity = $3, doc = $4::json, last_notification = $5::json, started_at = $6, resolved_at = $7,
    notify_at = $8, updated_at = $9 where id = $1`;
  const documents = [JSON.stringify(incident), lastNotification === null ? null : JSON.stringify(lastNotification)];
  const times = [incident.startedAtMs, incident.resolvedAtMs, update.notifyAtMs, update.nowMs].map(timeOrNull);
  await tx.query(sql, [id, incident.state, incident.severity, ...documents, ...times]);
}

export interface TriageUpdate extends Triage {
  readonly acknowledgedBy: string | null;
  readonly assignedTo: string | null;
}

export async function updateTriage(tx: Queryable, id: number, triage: TriageUpdate, nowMs: number): Promise<void> {
  const sql = `update incidents set acknowledged_at = $2, acknowledged_by = $3, silenced_until = $4, assigned_to = $5, updated_at = $6
    where id = $1`;
  const { acknowledgedAtMs, acknowledgedBy, silencedUntilMs, assignedTo } = triage;
  const params = [timeOrNull(acknowledgedAtMs), acknowledgedBy, timeOrNull(silencedUntilMs), assignedTo];
  await tx.query(sql, [id, ...params, timestampParam(nowMs)]);
}

/** Only for an incident that never fired: nobody was notified of it. */
export async function deleteIncident(
  tx: Queryable,
  { streamId, id }: Pick<StoredIncident, 'streamId' | 'id'>,
): Promise<void> {
  const key = [streamId, id];
  await tx.query('delete from audit_log where stream_id = $1 and incident_id = $2', key);
  await tx.query('delete from incident_reports where stream_id = $1 and incident_id = $2', key);
  await tx.query('delete from incidents where stream_id = $1 and id = $2', key);
}

export interface IncidentFilter extends PageQuery {
  readonly states?: readonly IncidentState[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
  readonly streamId?: number | undefined;
  readonly monitor?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Newest first. */
export async function listIncidents(
  db: Queryable,
  filter: IncidentFilter,
): Promise<{ incidents: StoredIncident[]; next: string | null }> {
  const before = BY_ID.start(filter.after, NEWEST);
  const sql = `${SELECT} where i.id < $1 and ($2::text[] is null or i.state = any($2)) and ($3::text[] is null or i.severity = any($3))
    and ($4::bigint is null or i.stream_id = $4) and ($5::text is null or i.monitor = $5)
    and ($6::timestamptz is null or coalesce(i.resolved_at, 'infinity') >= $6) and ($7::timestamptz is null or i.started_at <= $7)
    order by i.id desc limit $8`;
  const chosen = [filter.states ?? null, filter.severities ?? null, filter.streamId ?? null, filter.monitor ?? null];
  const times = [timeOrNull(filter.fromMs ?? null), timeOrNull(filter.toMs ?? null)];
  const { rows } = await db.query<StoredIncident>(sql, [before.id, ...chosen, ...times, filter.limit + 1]);
  const page = BY_ID.cut(rows, filter.limit);
  return { incidents: page.rows, next: page.next };
}

export async function countOpenIncidents(
  db: Queryable,
): Promise<{ severity: Severity; state: IncidentState; n: number }[]> {
  const sql = `select severity, state, count(*) as n from incidents where state <> 'resolved' group by severity, state`;
  return (await db.query<{ severity: Severity; state: IncidentState; n: number }>(sql)).rows;
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timestampParam(ms);
}
