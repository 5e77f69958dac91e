import { z } from 'zod';
import { DATABASE_ENGINES } from '../../core/database-engine.ts';
import { VERDICTS } from '../../core/drift/finding.ts';
import { AppError } from '../../core/errors.ts';
import { DRIFT_RISKS } from '../../core/forecast/drift-risk.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { listOr } from '../../core/format/list-or.ts';
import { DAY_MS, SECOND_MS } from '../../core/time/window.ts';
import { SIGNAL_SOURCES } from '../../core/upstream-mode.ts';
import type { CoherenceContext } from '../../services/coherence/context.ts';
import { measureWindow } from '../../services/coherence/metrics.ts';
import { predictCoherence } from '../../services/coherence/predict.ts';
import { ingestSignals } from '../../services/sources/ingest-signals.ts';
import { findFetch, type HistoryRow, listHistory } from '../../store/coherence.ts';
import { chooseType } from '../accept.ts';
import type { HttpApp } from '../deps.ts';
import { durationOrSeconds, text, wholeNumber } from '../parameters.ts';

export interface CoherenceRouteDeps {
  readonly coherence: CoherenceContext;
  readonly version: string;
  readonly startedAtMs: number;
}

const DEFAULT_WINDOW_MS = DAY_MS;
const LONGEST_DAYS = 366;
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;
const CSV = 'text/csv';
const TYPES = ['application/json', CSV] as const;
const tags = ['coherence'];

const length = durationOrSeconds.refine((ms) => ms <= LONGEST_DAYS * DAY_MS, {
  message: `use at most ${LONGEST_DAYS}d`,
  params: { refusal: 'invalid_window' },
});
const values = {
  window: length.optional().describe('30m, 1h, 24h, 7d, or whole seconds; 24h when not given'),
  source: z.enum(SIGNAL_SOURCES, `use ${listOr(SIGNAL_SOURCES)}`).optional(),
  signal: text().optional().describe('The values of one signal only'),
};

const risk = z.enum(DRIFT_RISKS);
const common = {
  coherenceMean: z.number().describe('6 decimals'),
  volatilityIndex: z.number().describe('Standard deviation over the absolute mean; 6 decimals'),
  predictedDriftRisk: risk,
  timestamp: z.string(),
  windowSec: z.int(),
  n: z.int(),
  inputs: z.looseObject({ source: z.string() }),
  meta: z.looseObject({ method: z.string(), latency_ms: z.number() }),
};
const signal = z.looseObject({
  name: z.string(),
  psi: z.number().nullable().describe('Null where it cannot be told: no baseline, or too few values'),
  ks: z.number().nullable(),
  n: z.int(),
  verdict: z.enum(VERDICTS),
});
const metrics = z.looseObject({ ...common, signals: z.array(signal).describe('Against the active baseline') });
const prediction = z.looseObject({
  ...common,
  horizonSec: z.int(),
  interval: z.looseObject({ low: z.number(), high: z.number(), level: z.number() }).describe('Of the mean'),
  risk_probability: z.looseObject({ low: z.number(), medium: z.number(), high: z.number() }),
});

export function coherenceRoutes(app: HttpApp, deps: CoherenceRouteDeps): void {
  metricsRoute(app, deps.coherence);
  predictRoute(app, deps.coherence);
  historyRoute(app, deps.coherence);
  runRoutes(app, deps.coherence);
  statusRoute(app, deps);
}

function metricsRoute(app: HttpApp, deps: CoherenceContext): void {
  const summary = 'Mean and volatility of the coherence of a window, and the drift of every signal';
  const schema = { tags, summary, querystring: z.object(values), response: { 200: metrics } };
  app.get('/coherence/metrics', { schema }, async (request) => {
    const { window: windowMs = DEFAULT_WINDOW_MS, source, signal } = request.query;
    const { metrics } = await measureWindow(deps, { windowMs, source, signal });
    return { ...metrics, signals: metrics.signals.map((one) => ({ ...one })) };
  });
}

function predictRoute(app: HttpApp, deps: CoherenceContext): void {
  const querystring = z.object({ ...values, horizon: length.optional().describe('The coming window; as the window') });
  const description = '204 when there is nothing to go by: fewer than three stretches of the past have values.';
  const response = { 200: prediction, 204: z.null() };
  const schema = { tags, summary: 'What the coming window is expected to be', description, querystring, response };
  app.get('/coherence/predict', { schema }, async (request, reply) => {
    const { window: windowMs = DEFAULT_WINDOW_MS, horizon: horizonMs = windowMs, source, signal } = request.query;
    const answer = await predictCoherence(deps, { windowMs, horizonMs, source, signal });
    return answer === undefined ? reply.code(204).send(null) : reply.send(answer);
  });
}

const historyEntry = z.looseObject({
  ts_utc: z.string(),
  window_sec: z.int(),
  n: z.int(),
  mean: z.number(),
  stdev: z.number().describe('The standard deviation'),
  drift_risk: risk,
  source: z.string(),
  request_id: z.string().describe('Rows of one run of the schedule share it'),
});

function historyRoute(app: HttpApp, { db }: CoherenceContext): void {
  const limit = wholeNumber(1, MAX_LIMIT).optional().describe(`At most so many; ${DEFAULT_LIMIT} when not given`);
  const content = { 'application/json': { schema: z.array(historyEntry) }, [CSV]: { schema: z.string() } };
  const schema = {
    tags,
    summary: 'The metrics that the schedule wrote down',
    querystring: z.object({ limit }),
    response: { 200: { description: 'Newest first', content } },
  };
  app.get('/coherence/history', { schema }, async (request, reply) => {
    const type = chooseType(request.headers.accept, TYPES);
    if (type === undefined) throw new AppError('not_acceptable', `The history comes as ${TYPES.join(' or ')}.`);
    const entries = (await listHistory(db, request.query.limit ?? DEFAULT_LIMIT)).map(describeEntry);
    return type === CSV ? reply.type(CSV).send(csvOf(entries)) : reply.type(type).send(entries);
  });
}

function describeEntry(row: HistoryRow) {
  return {
    ts_utc: isoTime(row.tsMs),
    window_sec: row.windowSec,
    n: row.n,
    mean: row.mean,
    stdev: row.stdev,
    drift_risk: row.driftRisk,
    source: row.source,
    request_id: row.requestId,
  };
}

const COLUMNS = ['ts_utc', 'window_sec', 'n', 'mean', 'stdev', 'drift_risk', 'source', 'request_id'] as const;

/** Nothing in it needs quotes: every value is a number, a time, or a word of ours. */
function csvOf(entries: readonly ReturnType<typeof describeEntry>[]): string {
  const lines = entries.map((entry) => COLUMNS.map((column) => entry[column]).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

const run = z.looseObject({
  ok: z.literal(true),
  records: z.int().describe('Records that were read, stored before or not'),
  latency_ms: z.number(),
  pages_fetched: z.int(),
  retries: z.int(),
  accepted: z.int().describe('Of the records: stored now'),
});

function runRoutes(app: HttpApp, deps: CoherenceContext): void {
  const description =
    'From DARSHAN_BASE_URL (live) or MOCK_PATH (mock). 503 `upstream_unavailable` when neither is set, or none answers.';
  const schema = { tags, summary: 'Fetch signals now', description, response: { 200: run } };
  const runNow = async () => ({ ...(await ingestSignals(deps)) });
  app.post('/ingest/run', { schema }, runNow);
  // Kept for clients of the Coherence Engine. Asking with HEAD must fetch nothing.
  app.get('/ingest/run', { schema: { ...schema, deprecated: true }, exposeHeadRoute: false }, runNow);
}

const statusAnswer = z.looseObject({
  status: z.literal('ok'),
  version: z.string(),
  uptime_sec: z.number(),
  start_time: z.string(),
  now: z.string(),
  default_windows: z.string(),
  persistence: z.enum(DATABASE_ENGINES),
  ingest: z.looseObject({
    source: z.string(),
    last_ingest_time: z.string().nullable().describe('Of the last try'),
    last_latency_ms: z.number().nullable(),
    last_record_count: z.int(),
    pages_fetched: z.int(),
    retries: z.int(),
    last_error: z.string().nullable().describe('Why the last try failed; null when it did not'),
  }),
});

function statusRoute(app: HttpApp, { coherence, version, startedAtMs }: CoherenceRouteDeps): void {
  const schema = { tags, summary: 'Since when it runs, and how the last fetch went', response: { 200: statusAnswer } };
  app.get('/status', { schema }, async () => {
    const { db, config, clock } = coherence;
    const nowMs = clock.now();
    return {
      status: 'ok' as const,
      version,
      uptime_sec: Math.round((nowMs - startedAtMs) / SECOND_MS),
      ...{ start_time: isoTime(startedAtMs), now: isoTime(nowMs) },
      default_windows: config.DEFAULT_WINDOWS.join(','),
      persistence: db.engine,
      ingest: { source: config.DARSHAN_MODE, ...(await describeFetch(coherence)) },
    };
  });
}

async function describeFetch({ db, config }: CoherenceContext) {
  const last = await findFetch(db, config.DARSHAN_MODE);
  return {
    last_ingest_time: isoTimeOrNull(last?.atMs ?? null),
    last_latency_ms: last?.latencyMs ?? null,
    last_record_count: last?.records ?? 0,
    pages_fetched: last?.pages ?? 0,
    retries: last?.retries ?? 0,
    last_error: last?.error ?? null,
  };
}
