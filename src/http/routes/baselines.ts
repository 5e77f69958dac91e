import { z } from 'zod';
import { sloDocument, sloOf } from '../../core/drift/slo-document.ts';
import { AppError } from '../../core/errors.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { streamNameFields } from '../../core/stream-name.ts';
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
import type { HttpApp, RouteDeps } from '../deps.ts';
import { next, pageQuery } from '../page.ts';
import { durationOrSeconds, inOrder, text, time, truth } from '../parameters.ts';
import { spanOf } from '../span.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const tags = ['baselines'];

const slo = z.object({
  success_rate_min: z.number().min(0).max(1).optional(),
  latency_p95_max: z.number().positive().optional(),
});

const buildBody = z
  .object({
    ...streamNameFields,
    window: durationOrSeconds.optional(),
    start: time.optional(),
    end: time.optional(),
    exclude: z
      .array(z.object({ start: time, end: time }).check(inOrder('start', 'end')))
      .max(1_000)
      .optional()
      .describe('Spans to leave out, such as known faults'),
    name: text(128).optional(),
    slo: slo.optional(),
    activate: z.boolean().optional(),
  })
  .check(inOrder('start', 'end'));

const built = z.looseObject({
  id: z.int(),
  name: z.string(),
  service: z.string(),
  endpoint: z.string(),
  window_start: z.string(),
  window_end: z.string(),
  samples: z.number(),
  features: z.array(z.looseObject({ path: z.string() })),
  warnings: z.array(z.string()),
});

const baseline = z.looseObject({
  id: z.int(),
  name: z.string(),
  service: z.string(),
  endpoint: z.string(),
  active: z.boolean(),
  created_at: z.string(),
  window_start: z.string(),
  window_end: z.string(),
  samples: z.number(),
  slo,
  source: z.string(),
  warnings: z.array(z.string()),
});
const detailed = baseline.extend({ features: z.array(z.looseObject({ path: z.string() })) });

export function baselineRoutes(app: HttpApp, deps: RouteDeps): void {
  makeRoutes(app, deps);
  readRoutes(app, deps);
  changeRoutes(app, deps);
}

function makeRoutes(app: HttpApp, { watch, clock }: RouteDeps): void {
  const build = { tags, summary: 'Make one from stored events', body: buildBody, response: { 201: built } };
  app.post('/v1/baselines', { schema: build }, async (request, reply) => {
    const { window: windowMs, start, end, exclude, slo, ...rest } = request.body;
    const summary = await buildBaseline(watch, {
      ...rest,
      windowMs,
      interval: spanOf({ start, end, length: windowMs }, clock.now()),
      exclude: exclude?.map((span) => ({ startMs: span.start, endMs: span.end })),
      slo: sloOf(slo),
    });
    return reply.code(201).send(summary as never);
  });

  const load = {
    tags,
    summary: 'Load one from a file: a download of this service, or a baseline of the Intent Drift Monitor & Guard',
    querystring: z.object({ name: text(128).optional(), activate: truth.optional() }),
    body: z.looseObject({ ...streamNameFields, name: text(128).optional() }),
    response: { 201: built },
  };
  app.post('/v1/baselines/import', { schema: load }, async (request, reply) =>
    reply.code(201).send((await loadBaseline(watch, request.body, request.query)) as never),
  );
}

function readRoutes(app: HttpApp, { db }: RouteDeps): void {
  const query = z.object({
    service: streamNameFields.service.optional(),
    endpoint: streamNameFields.endpoint.optional(),
    active: truth.optional().describe('Only those that are, or are not, their stream’s active one'),
    ...pageQuery(DEFAULT_LIMIT, MAX_LIMIT),
  });
  const response = { 200: z.object({ baselines: z.array(baseline), next }) };
  const list = { tags, summary: 'Newest first', querystring: query, response };
  app.get('/v1/baselines', { schema: list }, async (request) => {
    const { service, endpoint, active: isActive, limit = DEFAULT_LIMIT, cursor: after } = request.query;
    const streamId = await streamIdOf(db, service, endpoint);
    const page = await listBaselines(db, { streamId, isActive, limit, after });
    return { baselines: page.baselines.map(describeBaseline), next: page.next };
  });

  const params = baselineParams;
  const one = { tags, summary: 'One, by id or name', params, response: { 200: detailed } };
  app.get('/v1/baselines/:baseline', { schema: one }, async (request) => {
    const row = await getBaseline(db, request.params.baseline);
    return { ...describeBaseline(row), features: [...row.features] as { path: string }[] };
  });

  const file = {
    tags,
    summary: 'As a file that another Plumbline can load',
    params,
    response: { 200: z.looseObject({}) },
  };
  app.get('/v1/baselines/:baseline/download', { schema: file }, async (request, reply) => {
    const row = await getBaseline(db, request.params.baseline);
    reply.header('content-disposition', `attachment; filename="${row.name.replace(/[^\w.-]/g, '_')}.json"`);
    return reply.send(baselineDocument(row, await getBaselineProfile(db, row.id)) as never);
  });
}

function changeRoutes(app: HttpApp, { db }: RouteDeps): void {
  const params = baselineParams;
  const activate = { tags, summary: 'Compare with this one from now on', params, response: { 200: baseline } };
  app.post('/v1/baselines/:baseline/activate', { schema: activate }, async (request) => {
    const row = await getBaseline(db, request.params.baseline);
    await db.transaction((tx) => activateBaseline(tx, row.id));
    return describeBaseline({ ...row, active: true });
  });

  const remove = { tags, summary: 'Delete one', params, response: { 204: z.null() } };
  app.delete('/v1/baselines/:baseline', { schema: remove }, async (request, reply) => {
    const row = await getBaseline(db, request.params.baseline);
    await deleteBaseline(db, row.id);
    return reply.code(204).send(null);
  });
}

const baselineParams = z.object({ baseline: text(128).describe('Its id or its name') });

async function streamIdOf(db: Database, service?: string, endpoint?: string): Promise<number | undefined> {
  if (service === undefined && endpoint === undefined) return undefined;
  if (service !== undefined && endpoint !== undefined) return (await getStream(db, service, endpoint)).id;
  throw new AppError('invalid_request', 'Give service and endpoint together, or neither.');
}

async function getBaseline(db: Database, idOrName: string): Promise<Baseline> {
  const baseline = await findBaseline(db, idOrName);
  if (baseline !== undefined) return baseline;
  throw new AppError('baseline_not_found', `There is no baseline "${idOrName}"; GET /v1/baselines lists them.`);
}

function describeBaseline(row: Baseline) {
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
    warnings: [...row.warnings],
  };
}
