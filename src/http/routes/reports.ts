import { z } from 'zod';
import { POLICIES } from '../../core/drift/drift-test.ts';
import { REFERENCE_KINDS } from '../../core/drift/reference-kind.ts';
import { streamNameFields } from '../../core/stream-name.ts';
import { evaluateWindow } from '../../services/evaluation/evaluate-window.ts';
import { listReports } from '../../store/reports.ts';
import { aggregateOf, comparisonOptions, driftShareInQuery, testNamesInQuery } from '../comparison-options.ts';
import type { HttpApp, RouteDeps } from '../deps.ts';
import { next, pageQuery } from '../page.ts';
import { inOrder, text, time, wholeNumber } from '../parameters.ts';
import { spanOf } from '../span.ts';

const MAX_WINDOW_MINUTES = 43_200;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

const latestQuery = z
  .object({
    window_minutes: wholeNumber(1, MAX_WINDOW_MINUTES, 'invalid_window')
      .optional()
      .describe('The window that ends now, in minutes; DRIFT_WINDOW_MINUTES when not given'),
    start: time.optional().describe('A window of the past instead: from here'),
    end: time.optional().describe('… to here; now when not given'),
    service: streamNameFields.service.optional(),
    endpoint: streamNameFields.endpoint.optional(),
    baseline: text().optional().describe('Its id or name; the active one when not given'),
    ...comparisonOptions,
    tests: testNamesInQuery.optional(),
    drift_share: driftShareInQuery.optional(),
  })
  .check(inOrder('start', 'end'));

/** Loose, because each test has numbers of its own: nothing that a report says is to be lost here. */
const check = z.looseObject({ ok: z.boolean(), state: z.string(), verdict: z.string().optional() });
const report = z.looseObject({
  generated_at: z.string(),
  window_minutes: z.number(),
  samples: z.number(),
  status: z.enum(['ok', 'fail']),
  checks: z.record(z.string(), check).describe('By `<feature>_<test>`, then `success_rate` and `latency_p95`'),
  state: z.string(),
  service: z.string(),
  endpoint: z.string(),
  window_start: z.string(),
  window_end: z.string(),
  baseline: z
    .looseObject({ id: z.int(), name: z.string(), created_at: z.string() })
    .nullable()
    .describe('Null where the reference is no baseline'),
  reference: z.looseObject({ kind: z.enum(REFERENCE_KINDS) }),
  policy: z.enum(POLICIES),
});

const listQuery = z
  .object({
    stream: wholeNumber(1, Number.MAX_SAFE_INTEGER).describe('The `id` of a stream, see /v1/streams'),
    from: time.optional(),
    to: time.optional(),
    ...pageQuery(DEFAULT_LIMIT, MAX_LIMIT),
  })
  .check(inOrder('from', 'to'));

export function reportRoutes(app: HttpApp, deps: RouteDeps): void {
  const tags = ['reports'];
  const latest = {
    tags,
    summary: 'Does the window still match the baseline?',
    description: 'Stored as a report, unless tests, preset, correction or aggregate make it a question of its own.',
    querystring: latestQuery,
    response: { 200: report },
  };
  app.get('/reports/latest', { schema: latest }, async (request) => {
    const { window_minutes: windowMinutes, start, end, service, endpoint, baseline, ...choice } = request.query;
    const interval = spanOf({ start, end, length: windowMinutes }, deps.clock.now());
    const { policy, tests, preset, correction } = choice;
    const how = { policy, tests, preset, correction, aggregate: aggregateOf(choice) };
    return {
      ...(await evaluateWindow(deps.watch, { service, endpoint, baseline, windowMinutes, interval, ...how })),
    };
  });

  const answer = z.object({ reports: z.array(report), next });
  const list = {
    tags,
    summary: 'Stored reports of a stream, newest first',
    querystring: listQuery,
    response: { 200: answer },
  };
  app.get('/v1/reports', { schema: list }, async (request, reply) => {
    const { stream, from, to, limit, cursor } = request.query;
    const page = await listReports(deps.db, {
      streamId: stream,
      limit: limit ?? DEFAULT_LIMIT,
      ...(from !== undefined && { fromMs: from }),
      ...(to !== undefined && { toMs: to }),
      ...(cursor !== undefined && { after: cursor }),
    });
    // Stored as the text that was sent when it was made; sent again as it is.
    const reports = page.reports.map(({ body }) => body).join(',');
    return reply.type('application/json').send(`{"reports":[${reports}],"next":${JSON.stringify(page.next)}}` as never);
  });
}
