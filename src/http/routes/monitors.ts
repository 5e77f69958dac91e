import { z } from 'zod';
import {
  applyAnswer,
  applyRequest,
  dryRunQuery,
  type MonitorEntry,
  type MonitorRunEntry,
  monitorEntry,
  monitorPage,
  monitorParams,
  monitorPatternList,
  monitorQuery,
  monitorRequest,
  monitorRunPage,
  type RunAnswer,
  runAnswer,
  runRequest,
} from '../../api/monitors.ts';
import { AppError } from '../../core/errors.ts';
import { toReport } from '../../core/evaluation/to-report.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { MonitorDocument } from '../../core/monitor/monitor-spec.ts';
import { applyMonitors } from '../../services/monitors/apply-monitors.ts';
import { deleteMonitor } from '../../services/monitors/delete-monitor.ts';
import { getMonitor } from '../../services/monitors/get-monitor.ts';
import { pauseMonitor } from '../../services/monitors/pause-monitor.ts';
import { changeMonitor, createMonitor } from '../../services/monitors/put-document.ts';
import { type RunAnswer as RanMonitor, runNow, tryDocument, tryMonitor } from '../../services/monitors/run-now.ts';
import type { Database } from '../../store/database.ts';
import { listPatterns } from '../../store/monitor-patterns.ts';
import { findLastRuns, listRuns, type MonitorRun } from '../../store/monitor-runs.ts';
import { findMonitorById, listMonitors, type StoredMonitor } from '../../store/monitors.ts';
import type { HttpApp, HttpContext } from '../context.ts';

const tags = ['monitors'];

type MonitorRoutes = Pick<HttpContext, 'db' | 'monitoring'>;

export function monitorRoutes(app: HttpApp, context: MonitorRoutes): void {
  readRoutes(app, context.db);
  writeRoutes(app, context);
  applyRoute(app, context.monitoring);
  pauseRoutes(app, context);
  runRoute(app, context);
}

function readRoutes(app: HttpApp, db: Database): void {
  const list = {
    tags,
    operationId: 'listMonitors',
    summary: 'All monitors',
    querystring: monitorQuery,
    response: { 200: monitorPage },
  };
  app.get('/v1/monitors', { schema: list }, async (request) => {
    const { limit, cursor: after } = request.query;
    const page = await listMonitors(db, { limit, after });
    const last = await findLastRuns(db, page.monitors);
    return { monitors: page.monitors.map((row) => describeMonitor(row, last.get(row.id))), next: page.next };
  });

  const patterns = {
    tags,
    operationId: 'listMonitorPatterns',
    summary: 'The documents for many streams, by name',
    response: { 200: monitorPatternList },
  };
  app.get('/v1/monitor-patterns', { schema: patterns }, async () => ({
    patterns: (await listPatterns(db)).map(({ name, monitors, createdAtMs, updatedAtMs, spec }) => ({
      name,
      monitors,
      created_at: isoTime(createdAtMs),
      updated_at: isoTime(updatedAtMs),
      spec: spec as MonitorDocument,
    })),
  }));

  const one = {
    tags,
    operationId: 'getMonitor',
    summary: 'One, by name or id',
    params: monitorParams,
    response: { 200: monitorEntry },
  };
  app.get('/v1/monitors/:monitor', { schema: one }, async (request) =>
    describeById(db, (await getMonitor(db, request.params.monitor)).id),
  );

  const runs = {
    tags,
    operationId: 'listMonitorRuns',
    summary: 'What became of its slots, newest first',
    params: monitorParams,
    querystring: monitorQuery,
    response: { 200: monitorRunPage },
  };
  app.get('/v1/monitors/:monitor/runs', { schema: runs }, async (request) => {
    const { limit, cursor: after } = request.query;
    const page = await listRuns(db, await getMonitor(db, request.params.monitor), { limit, after });
    return { runs: page.runs.map(describeRun), next: page.next };
  });
}

function writeRoutes(app: HttpApp, { db, monitoring }: MonitorRoutes): void {
  const create = {
    tags,
    operationId: 'createMonitor',
    summary: 'Make one',
    querystring: dryRunQuery,
    body: monitorRequest,
    response: { 200: runAnswer, 201: monitorEntry },
  };
  app.post('/v1/monitors', { schema: create }, async (request, reply) => {
    if (request.query.dry_run === true) return describeRan(await tryDocument(monitoring, request.body), true);
    return reply.code(201).send(await describeById(db, await createMonitor(monitoring, request.body)));
  });

  const change = {
    tags,
    operationId: 'replaceMonitor',
    summary: 'Put another document in its place',
    params: monitorParams,
    body: monitorRequest,
    response: { 200: monitorEntry },
  };
  app.put('/v1/monitors/:monitor', { schema: change }, async (request) =>
    describeById(db, await changeMonitor(monitoring, request.params.monitor, request.body)),
  );

  const remove = {
    tags,
    operationId: 'deleteMonitor',
    summary: 'Delete one; its open incidents end',
    params: monitorParams,
    response: { 204: z.null() },
  };
  app.delete('/v1/monitors/:monitor', { schema: remove }, async (request, reply) => {
    await deleteMonitor(monitoring, request.params.monitor);
    return reply.code(204).send(null);
  });
}

function applyRoute(app: HttpApp, monitoring: HttpContext['monitoring']): void {
  const apply = {
    tags,
    operationId: 'applyMonitors',
    summary: 'Make the monitors be what a file says, all or none',
    body: applyRequest,
    response: { 200: applyAnswer },
  };
  app.post('/v1/monitors/apply', { schema: apply }, async (request) => {
    const { monitors, prune, dry_run: dryRun } = request.body;
    const answer = await applyMonitors(monitoring, { monitors, prune, dryRun });
    monitoring.notifySoon();
    return answer;
  });
}

function pauseRoutes(app: HttpApp, { db, monitoring }: MonitorRoutes): void {
  for (const [action, isPaused, summary] of [
    ['pause', true, 'Stop watching for now; its open incidents stay as they are'],
    ['resume', false, 'Watch again, from the next slot on'],
  ] as const) {
    const schema = {
      tags,
      operationId: `${action}Monitor`,
      summary,
      params: monitorParams,
      response: { 200: monitorEntry },
    };
    app.post(`/v1/monitors/:monitor/${action}`, { schema }, async (request) =>
      describeById(db, await pauseMonitor(monitoring, request.params.monitor, isPaused)),
    );
  }
}

function runRoute(app: HttpApp, { db, monitoring }: MonitorRoutes): void {
  const now = {
    tags,
    operationId: 'runMonitor',
    summary: 'Look at the window that ends now, beside the schedule',
    params: monitorParams,
    body: runRequest,
    response: { 200: runAnswer },
  };
  app.post('/v1/monitors/:monitor/run', { schema: now }, async (request) => {
    const row = await getMonitor(db, request.params.monitor);
    const isDryRun = request.body?.dry_run === true;
    return describeRan(await (isDryRun ? tryMonitor(monitoring, row.spec, row) : runNow(monitoring, row)), isDryRun);
  });
}

/** By its id alone: another monitor may have that number for a name. */
async function describeById(db: Database, id: number) {
  const row = await findMonitorById(db, id);
  if (row === undefined) throw new AppError('monitor_not_found', 'The monitor has just been deleted.');
  return describeMonitor(row, (await findLastRuns(db, [row])).get(id));
}

function describeMonitor(row: StoredMonitor, last: MonitorRun | undefined): MonitorEntry {
  return {
    id: row.id,
    name: row.name,
    service: row.service,
    endpoint: row.endpoint,
    origin: row.origin,
    pattern: row.pattern,
    paused: row.paused,
    stream_id: row.streamId,
    created_at: isoTime(row.createdAtMs),
    updated_at: isoTime(row.updatedAtMs),
    next_slot: row.paused ? null : isoTime(row.nextSlotMs),
    spec: row.spec as MonitorDocument,
    last_run: last === undefined ? null : describeRun(last),
  };
}

function describeRun(run: MonitorRun): MonitorRunEntry {
  return {
    slot: isoTime(run.slotMs),
    slots: run.slots,
    status: run.status,
    reason: run.reason,
    report: run.reportId,
    started_at: isoTime(run.startedAtMs),
    finished_at: isoTime(run.finishedAtMs),
  };
}

function describeRan({ evaluation, failure, changes }: RanMonitor, isDryRun: boolean): RunAnswer {
  const report = evaluation === undefined ? null : toReport(evaluation);
  return { dry_run: isDryRun, report, failure: failure ?? null, changes };
}
