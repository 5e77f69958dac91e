import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { MONITOR_ORIGINS } from '../../core/monitor/monitor-origin.ts';
import { monitorDocument, readSpec } from '../../core/monitor/monitor-spec.ts';
import { RUN_STATUSES } from '../../core/monitor/run-status.ts';
import { nextSlot } from '../../core/time/schedule.ts';
import { applyMonitors, putMonitor, removeMonitor } from '../../services/monitors/apply-monitors.ts';
import { assertMonitors } from '../../services/monitors/check-monitors.ts';
import { type RunAnswer, runNow, tryMonitor } from '../../services/monitors/run-now.ts';
import type { Database } from '../../store/database.ts';
import { findLastRuns, listRuns, type MonitorRun } from '../../store/monitor-runs.ts';
import {
  findMonitor,
  findMonitorById,
  listMonitors,
  type StoredMonitor,
  setMonitorPaused,
} from '../../store/monitors.ts';
import { failedWith } from '../../store/sql-state.ts';
import { findStream } from '../../store/streams.ts';
import type { HttpApp, RouteDeps } from '../deps.ts';
import { next, pageQuery } from '../page.ts';
import { text, truth } from '../parameters.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const MAX_APPLIED = 10_000;
const tags = ['monitors'];

const run = z.looseObject({
  slot: z.string(),
  slots: z.int().describe('More than one only where slots in a row were skipped'),
  status: z.enum(RUN_STATUSES),
  reason: z.string().nullable(),
  report: z.int().nullable(),
  started_at: z.string(),
  finished_at: z.string(),
});
const monitor = z.looseObject({
  id: z.int(),
  name: z.string(),
  service: z.string(),
  endpoint: z.string(),
  origin: z.enum(MONITOR_ORIGINS),
  paused: z.boolean(),
  next_slot: z.string().nullable(),
  spec: z.looseObject({}).describe('The document, as it was given'),
  last_run: run.nullable(),
});
const ran = z.looseObject({
  dry_run: z.boolean(),
  report: z.looseObject({}).nullable(),
  failure: z.string().nullable(),
  changes: z.array(z.looseObject({ group: z.string(), reason: z.string() })),
});

/** Checked by the same code as a file's, so that both are refused in the same words. */
const document = z
  .looseObject({ name: z.string() })
  .meta(z.toJSONSchema(monitorDocument, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>);
const params = z.object({ monitor: text(200).describe('Its name or its id') });

export function monitorRoutes(app: HttpApp, deps: RouteDeps): void {
  readRoutes(app, deps);
  writeRoutes(app, deps);
  actionRoutes(app, deps);
}

function readRoutes(app: HttpApp, { db }: RouteDeps): void {
  const response = { 200: z.object({ monitors: z.array(monitor), next }) };
  const list = { tags, summary: 'All monitors', querystring: z.object(pageQuery(DEFAULT_LIMIT, MAX_LIMIT)), response };
  app.get('/v1/monitors', { schema: list }, async (request) => {
    const { limit = DEFAULT_LIMIT, cursor: after } = request.query;
    const page = await listMonitors(db, { limit, after });
    const last = await findLastRuns(
      db,
      page.monitors.map(({ id }) => id),
    );
    return { monitors: page.monitors.map((row) => describeMonitor(row, last.get(row.id))), next: page.next };
  });

  const one = { tags, summary: 'One, by name or id', params, response: { 200: monitor } };
  app.get('/v1/monitors/:monitor', { schema: one }, async (request) =>
    describeById(db, (await getMonitor(db, request.params.monitor)).id),
  );

  const runs = {
    tags,
    summary: 'What became of its slots, newest first',
    params,
    querystring: z.object(pageQuery(DEFAULT_LIMIT, MAX_LIMIT)),
    response: { 200: z.object({ runs: z.array(run), next }) },
  };
  app.get('/v1/monitors/:monitor/runs', { schema: runs }, async (request) => {
    const { limit = DEFAULT_LIMIT, cursor: after } = request.query;
    const page = await listRuns(db, await getMonitor(db, request.params.monitor), { limit, after });
    return { runs: page.runs.map(describeRun), next: page.next };
  });
}

function writeRoutes(app: HttpApp, { db, watch }: RouteDeps): void {
  const dryRun = z.object({ dry_run: truth.optional().describe('Only say what it would find now; nothing is stored') });
  const create = {
    tags,
    summary: 'Make one',
    querystring: dryRun,
    body: document,
    response: { 200: ran, 201: monitor },
  };
  app.post('/v1/monitors', { schema: create }, async (request, reply) => {
    await assertMonitors(watch, [request.body]);
    if (request.query.dry_run === true) {
      const { service, endpoint } = readSpec(request.body);
      const stream = await findStream(db, service, endpoint);
      return describeRan(await tryMonitor(watch, request.body, { id: 0, streamId: stream?.id ?? 0 }), true);
    }
    const id = await refusingTakenNames(request.body.name, () =>
      db.transaction((tx) => putMonitor(tx, watch, request.body, 'api', undefined)),
    );
    return reply.code(201).send(await describeById(db, id));
  });

  const change = {
    tags,
    summary: 'Put another document in its place',
    params,
    body: document,
    response: { 200: monitor },
  };
  app.put('/v1/monitors/:monitor', { schema: change }, async (request) => {
    await assertMonitors(watch, [request.body]);
    const before = await getMonitor(db, request.params.monitor);
    await refusingTakenNames(request.body.name, () =>
      db.transaction((tx) => putMonitor(tx, watch, request.body, 'api', before)),
    );
    return describeById(db, before.id);
  });

  const remove = { tags, summary: 'Delete one; its open incidents end', params, response: { 204: z.null() } };
  app.delete('/v1/monitors/:monitor', { schema: remove }, async (request, reply) => {
    const row = await getMonitor(db, request.params.monitor);
    await db.transaction((tx) => removeMonitor(tx, watch, row));
    watch.notifySoon();
    return reply.code(204).send(null);
  });

  applyRoute(app, watch);
}

function applyRoute(app: HttpApp, watch: RouteDeps['watch']): void {
  const names = z.array(z.string());
  const apply = {
    tags,
    summary: 'Make the monitors be what a file says, all or none',
    body: z.strictObject({
      monitors: z.array(z.unknown()).max(MAX_APPLIED),
      prune: z
        .boolean()
        .default(false)
        .describe('Delete those that an earlier file brought and this one does not have'),
      dry_run: z.boolean().default(false),
    }),
    response: {
      200: z.object({
        created: names,
        changed: z.array(z.object({ name: z.string(), differences: names })),
        unchanged: names,
        deleted: names,
      }),
    },
  };
  app.post('/v1/monitors/apply', { schema: apply }, async (request) => {
    const { monitors, prune, dry_run: isDryRun } = request.body;
    const answer = await applyMonitors(watch, { monitors, prune, dryRun: isDryRun });
    watch.notifySoon();
    return {
      created: [...answer.created],
      changed: answer.changed.map(({ name, differences }) => ({ name, differences: [...differences] })),
      unchanged: [...answer.unchanged],
      deleted: [...answer.deleted],
    };
  });
}

function actionRoutes(app: HttpApp, { db, watch, clock }: RouteDeps): void {
  for (const [action, paused, summary] of [
    ['pause', true, 'Stop watching for now; its open incidents stay as they are'],
    ['resume', false, 'Watch again, from the next slot on'],
  ] as const) {
    const schema = { tags, summary, params, response: { 200: monitor } };
    app.post(`/v1/monitors/:monitor/${action}`, { schema }, async (request) => {
      const row = await getMonitor(db, request.params.monitor);
      const { schedule, delayMs } = readSpec(row.spec);
      const nextSlotMs = nextSlot(schedule, clock.now());
      await setMonitorPaused(db, row.id, paused, { nowMs: clock.now(), nextSlotMs, dueAtMs: nextSlotMs + delayMs });
      return describeById(db, row.id);
    });
  }

  const now = {
    tags,
    summary: 'Look at the window that ends now, beside the schedule',
    params,
    body: z.strictObject({ dry_run: z.boolean().default(false).describe('Write nothing down') }).nullish(),
    response: { 200: ran },
  };
  app.post('/v1/monitors/:monitor/run', { schema: now }, async (request) => {
    const row = await getMonitor(db, request.params.monitor);
    const isDryRun = request.body?.dry_run === true;
    return describeRan(await (isDryRun ? tryMonitor(watch, row.spec, row) : runNow(watch, row)), isDryRun);
  });
}

async function refusingTakenNames<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!failedWith(error, 'UNIQUE_VIOLATION')) throw error;
    throw new AppError('conflict', `There is already a monitor "${name}": change it with PUT, or choose another name.`);
  }
}

async function getMonitor(db: Database, idOrName: string): Promise<StoredMonitor> {
  const row = await findMonitor(db, idOrName);
  if (row !== undefined) return row;
  throw new AppError('monitor_not_found', `There is no monitor "${idOrName}"; GET /v1/monitors lists them.`);
}

/** By its id alone: another monitor may have that number for a name. */
async function describeById(db: Database, id: number) {
  const row = await findMonitorById(db, id);
  if (row === undefined) throw new AppError('monitor_not_found', 'The monitor has just been deleted.');
  return describeMonitor(row, (await findLastRuns(db, [id])).get(id));
}

function describeMonitor(row: StoredMonitor, last: MonitorRun | undefined) {
  const { id, name, service, endpoint, origin, paused } = row;
  return {
    ...{ id, name, service, endpoint, origin, paused, stream_id: row.streamId },
    created_at: isoTime(row.createdAtMs),
    updated_at: isoTime(row.updatedAtMs),
    next_slot: paused ? null : isoTime(row.nextSlotMs),
    spec: row.spec as Record<string, unknown>,
    last_run: last === undefined ? null : describeRun(last),
  };
}

function describeRun({ slotMs, slots, status, reason, reportId, startedAtMs, finishedAtMs }: MonitorRun) {
  const times = { started_at: isoTime(startedAtMs), finished_at: isoTime(finishedAtMs) };
  return { slot: isoTime(slotMs), slots, status, reason, report: reportId, ...times };
}

function describeRan({ report, failure, changes }: RunAnswer, isDryRun: boolean) {
  return { dry_run: isDryRun, report: report ? { ...report } : null, failure: failure ?? null, changes: [...changes] };
}
