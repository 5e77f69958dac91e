import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { CONDITIONS, INCIDENT_STATES, OPEN_STATES } from '../../core/incident/incident.ts';
import { SEVERITIES } from '../../core/incident/severity.ts';
import { NO_DATA_GROUP } from '../../core/incident/signal.ts';
import { DAY_MS } from '../../core/time/window.ts';
import { type IncidentAction, triageIncident } from '../../services/incidents/triage-incident.ts';
import { countIncidentReports, listAuditLog, listIncidentReports } from '../../store/audit-log.ts';
import type { Database } from '../../store/database.ts';
import { findIncident, listIncidents, type StoredIncident } from '../../store/incidents.ts';
import { listNotifications } from '../../store/notifications.ts';
import { whoAsks } from '../auth.ts';
import type { HttpApp, RouteDeps } from '../deps.ts';
import { next, pageQuery } from '../page.ts';
import { durationOrSeconds, inOrder, text, time, wholeNumber } from '../parameters.ts';
import { describeNotification, notification } from './notifications.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const MOST_REPORTS = 1_000;
const MOST_SILENCE_DAYS = 366;
const tags = ['incidents'];
const id = wholeNumber(1, Number.MAX_SAFE_INTEGER);
const params = z.object({ id });

const finding = z.looseObject({
  check: z.string(),
  feature: z.string().nullable(),
  text: z.string(),
  severity: z.enum(SEVERITIES),
});
const incident = z.looseObject({
  id: z.int(),
  state: z.enum(INCIDENT_STATES),
  severity: z.enum(SEVERITIES),
  condition: z.enum(CONDITIONS),
  group: z.string(),
  monitor: z.string(),
  service: z.string(),
  endpoint: z.string(),
  started_at: z.string(),
  opened_at: z.string().nullable(),
  resolved_at: z.string().nullable(),
  acknowledged_by: z.string().nullable(),
  silenced_until: z.string().nullable(),
  assigned_to: z.string().nullable(),
  findings: z.array(finding),
});
const detailed = incident.extend({
  reports: z.int().describe('How many; GET …/reports has them'),
  trail: z.array(z.looseObject({ at: z.string(), who: z.string(), what: z.string(), details: z.looseObject({}) })),
  notifications: z.array(notification),
});

/** A list in a query: by comma. */
function oneOrMore<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z
    .string()
    .transform((given) => given.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(names, `use ${names.join(', ')}, or several by comma`)).min(1))
    .meta({ type: 'string', description: `${names.join(', ')}; several by comma` });
}

export function incidentRoutes(app: HttpApp, deps: RouteDeps): void {
  readRoutes(app, deps);
  actionRoutes(app, deps);
}

function readRoutes(app: HttpApp, { db }: RouteDeps): void {
  const query = z
    .object({
      state: oneOrMore([...INCIDENT_STATES, 'open']).optional(),
      severity: oneOrMore(SEVERITIES).optional(),
      stream: id.optional().describe('The `id` of a stream'),
      monitor: text(200).optional().describe('Its name'),
      from: time.optional().describe('Open at this moment or later'),
      to: time.optional().describe('Begun by this moment'),
      ...pageQuery(DEFAULT_LIMIT, MAX_LIMIT),
    })
    .check(inOrder('from', 'to'));
  const response = { 200: z.object({ incidents: z.array(incident), next }) };
  app.get(
    '/v1/incidents',
    { schema: { tags, summary: 'Newest first', querystring: query, response } },
    async (request) => {
      const { state, severity, stream, monitor, from, to, limit = DEFAULT_LIMIT, cursor } = request.query;
      const states = state?.flatMap((name) => (name === 'open' ? OPEN_STATES : [name]));
      const filter = { states, severities: severity, streamId: stream, monitor, fromMs: from, toMs: to };
      const page = await listIncidents(db, { ...filter, limit, after: cursor });
      return { incidents: page.incidents.map(describeIncident), next: page.next };
    },
  );

  const one = {
    tags,
    summary: 'One, with what was done about it and who was told',
    params,
    response: { 200: detailed },
  };
  app.get('/v1/incidents/:id', { schema: one }, async (request) => detailsOf(db, request.params.id));

  const reports = {
    tags,
    summary: 'The reports that failed while it was open, oldest first',
    params,
    response: { 200: z.object({ reports: z.array(z.looseObject({})) }) },
  };
  app.get('/v1/incidents/:id/reports', { schema: reports }, async (request, reply) => {
    const row = await getIncident(db, request.params.id);
    const bodies = await listIncidentReports(db, row, MOST_REPORTS);
    return reply.type('application/json').send(`{"reports":[${bodies.join(',')}]}` as never);
  });
}

const by = text(200).optional().describe('Who does it');
const note = text(10_000).optional();
const plain = z.strictObject({ by, note }).nullish();
const silenceLength = durationOrSeconds.refine(
  (ms) => ms <= MOST_SILENCE_DAYS * DAY_MS,
  `use at most ${MOST_SILENCE_DAYS}d`,
);

function actionRoutes(app: HttpApp, deps: RouteDeps): void {
  for (const [action, summary] of [
    ['acknowledge', 'Somebody looks into it: no more reminders'],
    ['unacknowledge', 'Nobody does: reminders again'],
    ['unsilence', 'Tell people of it again'],
    ['resolve', 'It is over'],
    ['reopen', 'It is not over'],
  ] as const) {
    act(app, deps, action, summary, plain, () => ({ action }));
  }
  const silence = z
    .strictObject({ by, note, until: time.optional(), for: silenceLength.optional() })
    .refine((body) => (body.until === undefined) !== (body.for === undefined), 'give either until or for');
  act(app, deps, 'silence', 'Tell nobody of it for a while', silence, (body) => {
    return { action: 'silence', untilMs: body.until ?? deps.clock.now() + (body.for ?? 0) };
  });
  const assign = z.strictObject({ by, note, to: text(200).nullable() });
  act(app, deps, 'assign', 'Say whose it is', assign, ({ to }) => ({ action: 'assign', to }));
  const annotate = z.strictObject({ by, note: text(10_000) });
  act(app, deps, 'annotate', 'Write something down', annotate, () => ({ action: 'annotate' }));
}

interface Said {
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

function act<Body extends Said | null | undefined>(
  app: HttpApp,
  { watch, db, callers }: RouteDeps,
  name: IncidentAction['action'],
  summary: string,
  body: z.ZodType<Body>,
  actionOf: (body: NonNullable<Body>) => IncidentAction,
): void {
  const schema = { tags, summary, params, body, response: { 200: detailed } };
  app.post(`/v1/incidents/:id/${name}`, { schema }, async (request) => {
    const said = (request.body ?? {}) as NonNullable<Body>;
    const who = { by: whoAsks(request, callers, said.by), note: said.note };
    await triageIncident(watch, request.params.id, actionOf(said), who);
    return detailsOf(db, request.params.id);
  });
}

async function getIncident(db: Database, wanted: number): Promise<StoredIncident> {
  const row = await findIncident(db, wanted);
  if (row !== undefined) return row;
  throw new AppError('incident_not_found', `There is no incident ${wanted}; GET /v1/incidents lists them.`);
}

async function detailsOf(db: Database, wanted: number) {
  const row = await getIncident(db, wanted);
  const { notifications } = await listNotifications(db, { incidentId: row.id, limit: MAX_LIMIT });
  const trail = await listAuditLog(db, row);
  return {
    ...describeIncident(row),
    reports: await countIncidentReports(db, row),
    trail: trail.map(({ atMs, ...entry }) => ({ at: isoTime(atMs), ...entry })),
    notifications: notifications.map(describeNotification).reverse(),
  };
}

function describeIncident(row: StoredIncident) {
  const { incident: now, lastNotification } = row;
  return {
    ...{ id: row.id, state: now.state, severity: now.severity, group: row.group },
    condition: row.group === NO_DATA_GROUP ? ('no_data' as const) : ('drift' as const),
    ...{ monitor: row.monitor, monitor_id: row.monitorId, service: row.service, endpoint: row.endpoint },
    ...{ stream_id: row.streamId, labels: row.labels },
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
    findings: now.failing.map(({ check, feature, text: words, severity }) => ({
      check,
      feature,
      text: words,
      severity,
    })),
  };
}
