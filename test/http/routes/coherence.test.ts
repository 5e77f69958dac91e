import fastify from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { problemHandler } from '../../../src/http/problem/problem.ts';
import { coherenceRoutes } from '../../../src/http/routes/coherence.ts';
import { runCoherence } from '../../../src/services/coherence/run-coherence.ts';
import { SchemaWatch } from '../../../src/store/engine/schema-watch.ts';
import { withDatabase } from '../../database.ts';
import { openCoherence, recordsOf, type TestCoherence, writeMock } from '../../services/coherence/service.ts';
import { NOW_MS } from '../../services/ingest/service.ts';
import { openUpstream } from '../../services/sources/receiver.ts';

const db = withDatabase();
const GOLDEN = [87.2, 85.5, 84.9, 86.1, 88.0];

async function open(env: Record<string, string> = {}, scores: readonly number[] = GOLDEN) {
  const plain = await openCoherence(db(), env);
  const records = recordsOf('a.b', scores, NOW_MS - 400 * DAY_MS);
  const config = { ...plain.config, MOCK_PATH: await writeMock(plain.directory, records) };
  return { ...serve({ ...plain, config }), context: { ...plain, config } };
}

function serve(coherence: TestCoherence) {
  const app = fastify().withTypeProvider<ZodTypeProvider>();
  const log = pino({ level: 'silent' });
  app.setErrorHandler(problemHandler(log, new SchemaWatch(coherence.db, log)));
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  coherenceRoutes(app, { coherence, version: '1.2.3', startedAtMs: NOW_MS - MINUTE_MS });
  onTestFinished(() => app.close());
  const ask = async (url: string, headers: Record<string, string> = {}, payload?: object) => {
    const [method, path] = url.includes(' ') ? url.split(' ', 2) : ['GET', url];
    const answer = await app.inject({ method: method as 'GET', url: path ?? '', headers, ...(payload && { payload }) });
    const isJson = String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      text: answer.body,
      headers: answer.headers,
      body: isJson && answer.body !== '' ? answer.json() : null,
    };
  };
  return { ask };
}

it('POST and GET /ingest/run fetch now; HEAD does not', async () => {
  const { ask } = await open();
  const none = { records: 0, retries: 0, pages_fetched: 0 };
  expect((await ask('HEAD /ingest/run')).status).toBe(404);
  expect((await ask('/status')).body.ingest).toMatchObject({ last_ingest_time: null, last_error: null });
  const first = await ask('POST /ingest/run');
  expect(first).toMatchObject({ status: 200, body: { ok: true, ...none, records: 5, pages_fetched: 1, accepted: 5 } });
  expect(first.body.latency_ms).toBe(0);
  expect((await ask('/ingest/run')).body).toMatchObject({ ok: true, records: 5, accepted: 0, duplicates: 5 });
});

it('/ingest/run says what to set, and /status shows it', async () => {
  const { ask } = serve(await openCoherence(db()));
  const refused = await ask('POST /ingest/run');
  expect(refused).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } });
  expect(refused.body.detail).toContain('MOCK_PATH');
  expect((await ask('/status')).body).toMatchObject({
    status: 'ok',
    version: '1.2.3',
    uptime_sec: 60,
    default_windows: '1h,24h',
    persistence: db().engine,
    start_time: new Date(NOW_MS - MINUTE_MS).toISOString(),
    now: new Date(NOW_MS).toISOString(),
    ingest: { source: 'mock', last_record_count: 0, last_error: expect.stringContaining('MOCK_PATH') },
  });
  const live = serve(await openCoherence(db(), { DARSHAN_MODE: 'live', DARSHAN_BASE_URL: 'http://127.0.0.1:1' }));
  const unreachable = await live.ask('POST /ingest/run');
  expect(unreachable).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } });
  expect(unreachable.headers['content-type']).toBe('application/problem+json');
  const { ingest } = (await live.ask('/status')).body;
  expect(ingest).toMatchObject({ source: 'darshan_api', retries: 2, last_error: unreachable.body.detail });
  expect(ingest.last_ingest_time).toBeNull();
});

it('/coherence/metrics gives the golden numbers, windows in every form', async () => {
  const { ask } = await open();
  await ask('POST /ingest/run');
  const golden = { coherenceMean: 86.34, volatilityIndex: 0.014572, predictedDriftRisk: 'low', n: 5 };
  for (const [window, windowSec] of [
    ['24h', 86_400],
    ['30m', 1_800],
    ['7d', 604_800],
    ['3600', 3_600],
  ]) {
    const { status, body } = await ask(`/coherence/metrics?window=${window}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...golden,
      windowSec,
      meta: { method: 'rolling mean/stdev' },
      inputs: { source: 'mock' },
    });
    expect(body.signals).toMatchObject([{ name: 'a.b', psi: null, ks: null, n: 5, verdict: 'inconclusive' }]);
  }
  expect((await ask('/coherence/metrics?signal=a.b&source=mock')).body).toMatchObject({ ...golden, windowSec: 3_600 });
});

it('without a window measures the first of DEFAULT_WINDOWS', async () => {
  const { ask } = await open({ DEFAULT_WINDOWS: '7d,1h' });
  await ask('POST /ingest/run');
  expect((await ask('/coherence/metrics')).body.windowSec).toBe(604_800);
  const wide = await open({ DEFAULT_WINDOWS: '2h' }, Array(100).fill(5));
  await wide.ask('POST /ingest/run');
  expect((await wide.ask('/coherence/predict')).body).toMatchObject({ windowSec: 7_200, horizonSec: 7_200 });
});

it('names the source as the Coherence Engine does, whatever name the request has for it', async () => {
  const upstream = await openUpstream({ body: { data: recordsOf('a', GOLDEN, NOW_MS) } });
  const { ask } = serve(await openCoherence(db(), { DARSHAN_MODE: 'live', DARSHAN_BASE_URL: upstream.url }));
  await ask('/ingest/run');
  for (const query of ['', '?source=darshan_api', '?source=live']) {
    const { status, body } = await ask(`/coherence/metrics${query}`);
    expect([status, body.inputs, body.n]).toEqual([200, { source: 'darshan_api' }, 5]);
  }
  expect((await ask('/status')).body.ingest.source).toBe('darshan_api');
  expect((await ask('/coherence/metrics?source=mock')).status).toBe(422);
});

it('/ingest/run fetches the records of the interval that it is given', async () => {
  const upstream = await openUpstream({ body: { data: recordsOf('a', [1], NOW_MS - MINUTE_MS) } });
  const { ask } = serve(await openCoherence(db(), { DARSHAN_MODE: 'live', DARSHAN_BASE_URL: upstream.url }));
  const [start, end] = ['2026-05-04T10:00:00.000Z', '2026-05-04T12:00:00.000Z'];
  const later = '2026-05-04T12:20:00.000Z';
  for (const query of [`?start_ts=${later}`, `?start_ts=${start}&end_ts=${end}`, `?end_ts=${start}`, ''])
    expect((await ask(`/ingest/run${query}`)).status).toBe(200);
  const now = new Date(NOW_MS).toISOString();
  expect(upstream.asked.map(({ url }) => [url.searchParams.get('start_ts'), url.searchParams.get('end_ts')])).toEqual([
    [later, now],
    [start, end],
    ['2026-05-03T12:30:30.000Z', start],
    // The others read neither what came before 12:20 nor all that came since 10:00: this one begins an hour before that.
    ['2026-05-04T09:00:00.000Z', now],
  ]);
  for (const query of [`start_ts=${end}&end_ts=${start}`, 'start_ts=yesterday', 'start_ts=2030-01-01T00:00:00Z']) {
    const refused = await ask(`POST /ingest/run?${query}`);
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_window' } });
  }
  expect(upstream.asked).toHaveLength(4);
});

it('/status has the time of the last fetch that succeeded', async () => {
  const upstream = await openUpstream({ status: 401 }, { body: { data: [] } }, { status: 401 });
  const context = await openCoherence(db(), { DARSHAN_MODE: 'live', DARSHAN_BASE_URL: upstream.url });
  const { ask } = serve(context);
  const times = [];
  for (let minute = 0; minute < 3; minute++) {
    context.clock.set(NOW_MS + minute * MINUTE_MS);
    await ask('/ingest/run');
    const { ingest } = (await ask('/status')).body;
    times.push([ingest.last_ingest_time, ingest.last_error === null]);
  }
  const second = new Date(NOW_MS + MINUTE_MS).toISOString();
  expect(times).toEqual([
    [null, false],
    [second, true],
    [second, false],
  ]);
});

it('has the texts that clients of the Coherence Engine look for', async () => {
  const { ask } = serve(await openCoherence(db()));
  for (const path of ['metrics', 'predict']) {
    expect((await ask(`/coherence/${path}?window=abc`)).body.detail).toContain('Invalid window format');
    expect((await ask(`/coherence/${path}?source=unknown`)).body.detail).toContain('Unknown source');
  }
});

it.each(['soon', '0', '-1h', '1.5h', '', '400d', '99999999999', '1w'])('window=%s is refused', async (window) => {
  const { ask } = serve(await openCoherence(db()));
  for (const path of ['metrics', 'predict']) {
    const answer = await ask(`/coherence/${path}?window=${window}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_window' } });
  }
});

it('refuses sources that it does not know, and says when there are no values', async () => {
  const { ask } = serve(await openCoherence(db()));
  for (const path of ['metrics', 'predict']) {
    expect((await ask(`/coherence/${path}?source=else`)).status).toBe(400);
    expect((await ask(`/coherence/${path}?signal=`)).status).toBe(400);
    expect((await ask(`/coherence/${path}?window=1h&window=2h`)).status).toBe(400);
  }
  for (const query of ['', '?source=live', '?source=darshan_api', '?source=darshan', '?signal=x']) {
    const { status, body } = await ask(`/coherence/metrics${query}`);
    expect([status, body.detail]).toEqual([422, 'No values available for the requested source/window.']);
    expect(await ask(`/coherence/predict${query}`)).toMatchObject({ status: 204, text: '' });
  }
});

it('/coherence/predict forecasts the coming window', async () => {
  const { ask } = await open(
    {},
    Array.from({ length: 120 }, (_, i) => 80 + (i % 3)),
  );
  await ask('POST /ingest/run');
  const { status, body } = await ask('/coherence/predict?window=1h&horizon=30m');
  expect(status).toBe(200);
  expect(body).toMatchObject({ windowSec: 3_600, horizonSec: 1_800, n: 120, predictedDriftRisk: 'low' });
  expect(body.coherenceMean).toBeCloseTo(81, 0);
  expect(body.interval).toMatchObject({ level: 0.95 });
  expect(body.risk_probability.low).toBeGreaterThan(0.99);
  expect((await ask('/coherence/predict?window=1h')).body.horizonSec).toBe(3_600);
  expect((await ask('/coherence/predict?horizon=x')).body.code).toBe('invalid_window');
});

it('/coherence/history lists what the schedule wrote, as JSON or CSV', async () => {
  const { ask, context } = await open();
  expect((await ask('/coherence/history')).body).toEqual([]);
  await ask('/coherence/metrics').then(() => runCoherence(context));
  const { body } = await ask('/coherence/history');
  expect(body).toHaveLength(2);
  expect(body[0]).toEqual({
    ts_utc: new Date(NOW_MS).toISOString(),
    window_sec: 86_400,
    n: 5,
    drift_risk: 'low',
    source: 'mock',
    mean: expect.closeTo(86.34, 9),
    stdev: expect.closeTo(1.258173, 6),
    request_id: expect.any(String),
    volatilityIndex: 0.014572,
  });
  expect((await ask('/coherence/history?limit=1')).body).toEqual([body[0]]);
  const csv = await ask('/coherence/history', { accept: 'text/csv' });
  expect(csv.headers['content-type']).toMatch(/^text\/csv/);
  const [head, first] = csv.text.split('\r\n');
  expect(head).toBe('ts_utc,window_sec,n,mean,stdev,drift_risk,source,request_id,volatilityIndex');
  expect(first).toBe(Object.values(body[0]).join(','));
  for (const limit of ['0', '1001', 'x', '1.5'])
    expect((await ask(`/coherence/history?limit=${limit}`)).status).toBe(400);
  expect((await ask('/coherence/history', { accept: 'image/png' })).status).toBe(406);
});

it('POST /coherence/history adds rows of another history once, and leaves out what would be dropped', async () => {
  const { ask } = await open({ REPORT_RETENTION_DAYS: '90' });
  const rowOf = (agoMs: number, row: object = {}) => ({
    ts_utc: new Date(NOW_MS - agoMs).toISOString(),
    window_sec: 3_600,
    n: 120,
    mean: 86,
    stdev: 1.25,
    drift_risk: 'low',
    source: 'darshan_api',
    request_id: 'req-1',
    ...row,
  });
  const add = async (...rows: object[]) => (await ask('POST /coherence/history', {}, { rows })).body;
  const [newer, older] = [rowOf(MINUTE_MS), rowOf(2 * DAY_MS, { request_id: undefined, drift_risk: 'high' })];
  expect(await add(newer, rowOf(91 * DAY_MS), older)).toEqual({ added: 2, present: 0, too_old: 1 });
  // The same rows, of a file that rounds otherwise, one of them twice; and one of another window.
  const again = [{ ...newer, mean: 86.0000001 }, newer, older, rowOf(MINUTE_MS, { window_sec: 60 })];
  expect(await add(...again)).toEqual({ added: 1, present: 3, too_old: 0 });
  const { body } = await ask('/coherence/history');
  expect(body.map(({ window_sec }: { window_sec: number }) => window_sec)).toEqual([60, 3_600, 3_600]);
  expect(body[1]).toEqual({ ...newer, volatilityIndex: 0.014535 });
  expect(body[2]).toMatchObject({ request_id: '', drift_risk: 'high' });
  for (const wrong of [{ drift_risk: 'none' }, { ts_utc: 'yesterday' }, { n: -1 }, { mean: '86' }, { window_sec: 0 }])
    expect((await ask('POST /coherence/history', {}, { rows: [rowOf(0, wrong)] })).status).toBe(400);
});
