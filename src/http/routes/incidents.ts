import type { z } from 'zod';
import {
  annotateRequest,
  assignRequest,
  type IncidentDetails,
  type IncidentEntry,
  incidentDetails,
  incidentPage,
  incidentParams,
  incidentQuery,
  incidentReports,
  silenceRequest,
  triageRequest,
} from '../../api/incidents.ts';
import { AppError } from '../../core/errors.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { conditionOf } from '../../core/incident/build-message.ts';
import { kindOf } from '../../core/incident/failing-check.ts';
import { type IncidentAction, triageIncident } from '../../services/incidents/triage-incident.ts';
import { countIncidentReports, listAuditLog, listIncidentReports } from '../../store/audit-log.ts';
import type { Database } from '../../store/database.ts';
import { findIncident, listIncidents, type StoredIncident } from '../../store/incidents.ts';
import { listNotifications } from '../../store/notifications.ts';
import { whoAsks } from '../auth.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { reportList } from '../report-list.ts';
import { describeNotification } from './notifications.ts';

const MOST_REPORTS = 1_000;
const MOST_NOTIFICATIONS = 1_000;
const tags = ['incidents'];

/** Not checked against its type: reports are sent as text. */
const renderedReports: z.ZodType = incidentReports;

type IncidentRoutes = Pick<HttpContext, 'db' | 'clock' | 'monitoring' | 'callers'>;

export function incidentRoutes(app: HttpApp, context: IncidentRoutes): void {
  readRoutes(app, context.db);
  actionRoutes(app, context);
}

function readRoutes(app: HttpApp, db: Database): void {
  const list = {
    tags,
    operationId: 'listIncidents',
    summary: 'Newest first',
    querystring: incidentQuery,
    response: { 200: incidentPage },
  };
  app.get('/v1/incidents', { schema: list }, async (request) => {
    const { state: states, severity, stream: streamId, from: fromMs, to: toMs, cursor: after, ...rest } = request.query;
    const page = await listIncidents(db, { ...rest, states, severities: severity, streamId, fromMs, toMs, after });
    return { incidents: page.incidents.map(describeIncident), next: page.next };
  });

  const one = {
    tags,
    operationId: 'getIncident',
    summary: 'One, with its audit log and its notifications',
    params: incidentParams,
    response: { 200: incidentDetails },
  };
  app.get('/v1/incidents/:id', { schema: one }, async (request) => detailsOf(db, request.params.id));

  const reports = {
    tags,
    operationId: 'listIncidentReports',
    summary: 'The reports that failed while it was open, oldest first',
    params: incidentParams,
    response: { 200: renderedReports },
  };
  app.get('/v1/incidents/:id/reports', { schema: reports }, async (request, reply) => {
    const row = await getIncident(db, request.params.id);
    const list = await reportList(await listIncidentReports(db, row, MOST_REPORTS));
    return reply.type('application/json').send(`{"reports":${list}}`);
  });
}

interface Triage<Body extends z.ZodType> {
  readonly name: IncidentAction['action'];
  readonly summary: string;
  readonly body: Body;
  readonly actionOf: (body: NonNullable<z.output<Body>>) => IncidentAction;
}

function actionRoutes(app: HttpApp, context: IncidentRoutes): void {
  for (const [action, summary] of [
    ['acknowledge', 'Somebody looks into it: no more reminders'],
    ['unacknowledge', 'Nobody does: reminders again'],
    ['unsilence', 'Notify people of it again'],
    ['resolve', 'It is over'],
    ['reopen', 'It is not over'],
  ] as const) {
    addTriage(app, context, { name: action, summary, body: triageRequest, actionOf: () => ({ action }) });
  }
  addTriage(app, context, {
    name: 'silence',
    summary: 'Notify nobody of it for a while',
    body: silenceRequest,
    actionOf: ({ until, for: ms = 0 }) => ({ action: 'silence', untilMs: until ?? context.clock.now() + ms }),
  });
  addTriage(app, context, {
    name: 'assign',
    summary: 'Say whose it is',
    body: assignRequest,
    actionOf: ({ to }) => ({ action: 'assign', to }),
  });
  addTriage(app, context, {
    name: 'annotate',
    summary: 'Write something down',
    body: annotateRequest,
    actionOf: () => ({ action: 'annotate' }),
  });
}

interface Author {
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

function addTriage<Body extends z.ZodType<Author | null | undefined>>(
  app: HttpApp,
  { monitoring, db, callers }: IncidentRoutes,
  { name, summary, body, actionOf }: Triage<Body>,
): void {
  const schema = {
    tags,
    operationId: `${name}Incident`,
    summary,
    params: incidentParams,
    body,
    response: { 200: incidentDetails },
  };
  app.post(`/v1/incidents/:id/${name}`, { schema }, async (request) => {
    const fields = (request.body ?? {}) as NonNullable<z.output<Body>>;
    const author = { by: whoAsks(request, callers, fields.by), note: fields.note };
    await triageIncident(monitoring, request.params.id, actionOf(fields), author);
    return detailsOf(db, request.params.id);
  });
}

async function getIncident(db: Database, id: number): Promise<StoredIncident> {
  const row = await findIncident(db, id);
  if (row !== undefined) return row;
  throw new AppError('incident_not_found', `No incident ${id} exists; GET /v1/incidents lists them.`);
}

async function detailsOf(db: Database, id: number): Promise<IncidentDetails> {
  const row = await getIncident(db, id);
  const { notifications } = await listNotifications(db, { incidentId: row.id, limit: MOST_NOTIFICATIONS });
  const trail = await listAuditLog(db, row);
  return {
    ...describeIncident(row),
    reports: await countIncidentReports(db, row),
    trail: trail.map(({ atMs, ...entry }) => ({ at: isoTime(atMs), ...entry })),
    notifications: notifications.map(describeNotification).reverse(),
  };
}

function describeIncident(row: StoredIncident): IncidentEntry {
  const { incident: now, lastNotification } = row;
  return {
    id: row.id,
    state: now.state,
    severity: now.severity,
    condition: conditionOf(now),
    group: row.group,
    monitor: row.monitor,
    monitor_id: row.monitorId,
    service: row.service,
    endpoint: row.endpoint,
    stream_id: row.streamId,
    labels: row.labels,
    started_at: isoTime(now.startedAtMs),
    opened_at: isoTimeOrNull(now.openedAtMs),
    resolved_at: isoTimeOrNull(now.resolvedAtMs),
    updated_at: isoTime(row.updatedAtMs),
    last_window_end: isoTime(now.lastSlotMs),
    acknowledged_at: isoTimeOrNull(row.acknowledgedAtMs),
    acknowledged_by: row.acknowledgedBy,
    silenced_until: isoTimeOrNull(row.silencedUntilMs),
    assigned_to: row.assignedTo,
    flaps: now.flaps,
    last_notification: lastNotification && {
      at: isoTime(lastNotification.atMs),
      state: lastNotification.state,
      severity: lastNotification.severity,
      channels: lastNotification.channels,
    },
    // The schema leaves out what clients do not see, such as the strength.
    findings: now.failing.map((failing) => ({ ...failing, kind: kindOf(failing) })),
  };
}
