import { z } from 'zod';
import {
  coherenceMetrics,
  coherencePrediction,
  coherenceStatus,
  type HistoryEntry,
  historyEntry,
  historyImport,
  historyImported,
  historyQuery,
  metricsQuery,
  predictionQuery,
  type RunQuery,
  runQuery,
  signalFetch,
} from '../../api/coherence.ts';
import { AppError } from '../../core/errors.ts';
import { isoTime, isoTimeOrNull } from '../../core/format/iso-time.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import type { CoherenceContext } from '../../services/coherence/context.ts';
import { importHistory } from '../../services/coherence/import-history.ts';
import { roundSix, volatilityOf } from '../../services/coherence/measure.ts';
import { measureWindow } from '../../services/coherence/metrics.ts';
import { predictCoherence } from '../../services/coherence/predict.ts';
import { defaultWindowMs, nameSource } from '../../services/coherence/signal-stream.ts';
import { ingestSignals } from '../../services/sources/ingest-signals.ts';
import { findFetch, type HistoryRow, listHistory } from '../../store/coherence.ts';
import { chooseType } from '../accept.ts';
import type { HttpApp, HttpContext } from '../context.ts';

type CoherenceRoutes = Pick<HttpContext, 'coherence' | 'version' | 'startedAtMs'>;

const CSV = 'text/csv';
const TYPES = ['application/json', CSV] as const;
const tags = ['coherence'];

export function coherenceRoutes(app: HttpApp, context: CoherenceRoutes): void {
  metricsRoute(app, context.coherence);
  predictRoute(app, context.coherence);
  historyRoute(app, context.coherence);
  importRoute(app, context.coherence);
  runRoutes(app, context.coherence);
  statusRoute(app, context);
}

function metricsRoute(app: HttpApp, context: CoherenceContext): void {
  const summary = 'Mean and volatility of the coherence of a window, and the drift of every signal';
  const schema = {
    tags,
    operationId: 'getCoherenceMetrics',
    summary,
    querystring: metricsQuery,
    response: { 200: coherenceMetrics },
  };
  app.get('/coherence/metrics', { schema }, async (request) => {
    const { window: windowMs = defaultWindowMs(context.config), source, signal } = request.query;
    const { metrics } = await measureWindow(context, { windowMs, source, signal });
    return metrics;
  });
}

function predictRoute(app: HttpApp, context: CoherenceContext): void {
  const description = '204 when there is nothing to go by: fewer than three stretches of the past have values.';
  const response = { 200: coherencePrediction, 204: z.null() };
  const schema = {
    tags,
    operationId: 'predictCoherence',
    summary: 'What the coming window is expected to be',
    description,
    querystring: predictionQuery,
    response,
  };
  app.get('/coherence/predict', { schema }, async (request, reply) => {
    const { window: windowMs = defaultWindowMs(context.config), source, signal } = request.query;
    const { horizon: horizonMs = windowMs } = request.query;
    const answer = await predictCoherence(context, { windowMs, horizonMs, source, signal });
    return answer === undefined ? reply.code(204).send(null) : reply.send(answer);
  });
}

function historyRoute(app: HttpApp, { db }: CoherenceContext): void {
  const content = { 'application/json': { schema: z.array(historyEntry) }, [CSV]: { schema: z.string() } };
  const schema = {
    tags,
    operationId: 'getCoherenceHistory',
    summary: 'The metrics that the schedule wrote down',
    querystring: historyQuery,
    response: { 200: { description: 'Newest first', content } },
  };
  app.get('/coherence/history', { schema }, async (request, reply) => {
    const type = chooseType(request.headers.accept, TYPES);
    if (type === undefined) throw new AppError('not_acceptable', `The history comes as ${TYPES.join(' or ')}.`);
    const entries = (await listHistory(db, request.query.limit)).map(describeEntry);
    return type === CSV ? reply.type(CSV).send(csvOf(entries)) : reply.type(type).send(entries);
  });
}

function importRoute(app: HttpApp, context: CoherenceContext): void {
  const schema = {
    tags,
    operationId: 'importCoherenceHistory',
    summary: 'Add rows of the history of a Coherence Engine; the same rows again add nothing',
    body: historyImport,
    response: { 200: historyImported },
  };
  app.post('/coherence/history', { schema }, ({ body }) =>
    importHistory(
      context,
      body.rows.map((row) => ({
        tsMs: row.ts_utc,
        windowSec: row.window_sec,
        n: row.n,
        mean: row.mean,
        stdev: row.stdev,
        driftRisk: row.drift_risk,
        source: row.source,
        requestId: row.request_id ?? '',
      })),
    ),
  );
}

function describeEntry(row: HistoryRow): HistoryEntry {
  return {
    ts_utc: isoTime(row.tsMs),
    window_sec: row.windowSec,
    n: row.n,
    mean: row.mean,
    stdev: row.stdev,
    volatilityIndex: roundSix(volatilityOf(row)),
    drift_risk: row.driftRisk,
    source: row.source,
    request_id: row.requestId,
  };
}

/** The page of the Coherence Engine takes the first column as the time, and draws `volatilityIndex` before `stdev`. */
const COLUMNS = [
  'ts_utc',
  'window_sec',
  'n',
  'mean',
  'stdev',
  'drift_risk',
  'source',
  'request_id',
  'volatilityIndex',
] as const;

/** Nothing in it needs quotes: every value is a number, a time, or a word of ours. */
function csvOf(entries: readonly HistoryEntry[]): string {
  const lines = entries.map((entry) => COLUMNS.map((column) => entry[column]).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function runRoutes(app: HttpApp, context: CoherenceContext): void {
  const description =
    'From DARSHAN_BASE_URL (live) or MOCK_PATH (mock, which is always read whole). 503 `upstream_unavailable` when neither is set, or none answers.';
  const response = { 200: signalFetch };
  const schema = { tags, summary: 'Fetch signals now', description, querystring: runQuery, response };
  const runNow = ({ start_ts: startMs, end_ts: endMs }: RunQuery) => {
    if (startMs !== undefined && endMs === undefined && startMs >= context.clock.now())
      throw new AppError('invalid_window', 'start_ts must be before end_ts, which is now when it is not given.');
    return ingestSignals(context, { startMs, endMs });
  };
  app.post('/ingest/run', { schema: { ...schema, operationId: 'fetchSignals' } }, ({ query }) => runNow(query));
  // Kept for clients of the Coherence Engine. Asking with HEAD must fetch nothing.
  app.get(
    '/ingest/run',
    { schema: { ...schema, operationId: 'fetchSignalsByGet', deprecated: true }, exposeHeadRoute: false },
    ({ query }) => runNow(query),
  );
}

function statusRoute(app: HttpApp, { coherence, version, startedAtMs }: CoherenceRoutes): void {
  const schema = {
    tags,
    operationId: 'getStatus',
    summary: 'Since when it runs, and how the last fetch went',
    response: { 200: coherenceStatus },
  };
  app.get('/status', { schema }, async () => {
    const { db, config, clock } = coherence;
    const nowMs = clock.now();
    return {
      status: 'ok' as const,
      version,
      uptime_sec: Math.round((nowMs - startedAtMs) / SECOND_MS),
      start_time: isoTime(startedAtMs),
      now: isoTime(nowMs),
      default_windows: config.DEFAULT_WINDOWS.join(','),
      persistence: db.engine,
      ingest: { source: nameSource(config.DARSHAN_MODE), ...(await describeFetch(coherence)) },
    };
  });
}

async function describeFetch({ db, config }: CoherenceContext) {
  const last = await findFetch(db, config.DARSHAN_MODE);
  return {
    last_ingest_time: isoTimeOrNull(last?.succeededMs ?? null),
    last_latency_ms: last?.latencyMs ?? null,
    last_record_count: last?.records ?? 0,
    pages_fetched: last?.pages ?? 0,
    retries: last?.retries ?? 0,
    last_error: last?.error ?? null,
  };
}
