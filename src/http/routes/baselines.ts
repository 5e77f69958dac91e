import { z } from 'zod';
import {
  type BaselineEntry,
  baselineBuild,
  baselineDetails,
  baselineEntry,
  baselineFile,
  baselineImport,
  baselineImportQuery,
  baselinePage,
  baselineParams,
  baselineQuery,
  builtBaseline,
} from '../../api/baselines.ts';
import { AppError } from '../../core/errors.ts';
import { sloDocument, sloOf } from '../../core/evaluation/slo-document.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { baselineDocument } from '../../services/baselines/baseline-document.ts';
import { buildBaseline } from '../../services/baselines/build-baseline.ts';
import { loadBaseline } from '../../services/baselines/load-baseline.ts';
import { getStream } from '../../services/evaluation/resolve-stream.ts';
import {
  activateBaseline,
  type Baseline,
  deleteBaseline,
  findBaseline,
  getBaselineProfile,
  listBaselines,
} from '../../store/baselines.ts';
import type { Database } from '../../store/database.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { intervalOf } from '../interval.ts';

const tags = ['baselines'];

export function baselineRoutes(app: HttpApp, context: Pick<HttpContext, 'db' | 'clock' | 'monitoring'>): void {
  makeRoutes(app, context);
  readRoutes(app, context.db);
  changeRoutes(app, context.db);
}

function makeRoutes(app: HttpApp, { monitoring, clock }: Pick<HttpContext, 'clock' | 'monitoring'>): void {
  const build = {
    tags,
    operationId: 'buildBaseline',
    summary: 'Make one from stored events',
    body: baselineBuild,
    response: { 201: builtBaseline },
  };
  app.post('/v1/baselines', { schema: build }, async (request, reply) => {
    const { window: windowMs, start, end, exclude, slo, min_samples: minSamples, ...rest } = request.body;
    const summary = await buildBaseline(monitoring, {
      ...rest,
      windowMs,
      interval: intervalOf({ start, end, length: windowMs }, clock.now()),
      exclude: exclude?.map((span) => ({ startMs: span.start, endMs: span.end })),
      slo: sloOf(slo),
      minSamples,
    });
    return reply.code(201).send(summary);
  });

  const load = {
    tags,
    operationId: 'importBaseline',
    summary: 'Load one from a file: a download of this service, or a baseline of the Intent Drift Monitor & Guard',
    querystring: baselineImportQuery,
    body: baselineImport,
    response: { 201: builtBaseline },
  };
  app.post('/v1/baselines/import', { schema: load }, async (request, reply) =>
    reply.code(201).send(await loadBaseline(monitoring, request.body, request.query)),
  );
}

function readRoutes(app: HttpApp, db: Database): void {
  const list = {
    tags,
    operationId: 'listBaselines',
    summary: 'Newest first',
    querystring: baselineQuery,
    response: { 200: baselinePage },
  };
  app.get('/v1/baselines', { schema: list }, async (request) => {
    const { service, endpoint, active: isActive, limit, cursor: after } = request.query;
    const streamId = await streamIdOf(db, service, endpoint);
    const page = await listBaselines(db, { streamId, isActive, limit, after });
    return { baselines: page.baselines.map(describeBaseline), next: page.next };
  });

  const one = {
    tags,
    operationId: 'getBaseline',
    summary: 'One, by id or name',
    params: baselineParams,
    response: { 200: baselineDetails },
  };
  app.get('/v1/baselines/:baseline', { schema: one }, async (request) => {
    const row = await getBaseline(db, request.params.baseline);
    return { ...describeBaseline(row), features: row.features };
  });

  const file = {
    tags,
    operationId: 'downloadBaseline',
    summary: 'As a file that another Plumbline can load',
    params: baselineParams,
    response: { 200: baselineFile },
  };
  app.get('/v1/baselines/:baseline/download', { schema: file }, async (request, reply) => {
    const row = await getBaseline(db, request.params.baseline);
    reply.header('content-disposition', `attachment; filename="${row.name.replace(/[^\w.-]/g, '_')}.json"`);
    return reply.send(baselineDocument(row, await getBaselineProfile(db, row.id)));
  });
}

function changeRoutes(app: HttpApp, db: Database): void {
  const activate = {
    tags,
    operationId: 'activateBaseline',
    summary: 'Compare with this one from now on',
    params: baselineParams,
    response: { 200: baselineEntry },
  };
  app.post('/v1/baselines/:baseline/activate', { schema: activate }, async (request) => {
    const row = await getBaseline(db, request.params.baseline);
    await db.transaction((tx) => activateBaseline(tx, row.id));
    return describeBaseline({ ...row, active: true });
  });

  const remove = {
    tags,
    operationId: 'deleteBaseline',
    summary: 'Delete one',
    params: baselineParams,
    response: { 204: z.null() },
  };
  app.delete('/v1/baselines/:baseline', { schema: remove }, async (request, reply) => {
    const row = await getBaseline(db, request.params.baseline);
    await deleteBaseline(db, row.id);
    return reply.code(204).send(null);
  });
}

async function streamIdOf(db: Database, service?: string, endpoint?: string): Promise<number | undefined> {
  if (service === undefined && endpoint === undefined) return undefined;
  if (service !== undefined && endpoint !== undefined) return (await getStream(db, service, endpoint)).id;
  throw new AppError('invalid_request', 'Give service and endpoint together, or neither.');
}

async function getBaseline(db: Database, idOrName: string): Promise<Baseline> {
  const baseline = await findBaseline(db, idOrName);
  if (baseline !== undefined) return baseline;
  throw new AppError('baseline_not_found', `No baseline named "${idOrName}" exists; GET /v1/baselines lists them.`);
}

function describeBaseline(row: Baseline): BaselineEntry {
  return {
    id: row.id,
    name: row.name,
    service: row.service,
    endpoint: row.endpoint,
    active: row.active,
    created_at: isoTime(row.createdAtMs),
    window_start: isoTime(row.windowStartMs),
    window_end: isoTime(row.windowEndMs),
    samples: row.samples,
    slo: sloDocument(row.slo),
    source: row.source,
    warnings: row.warnings,
  };
}
