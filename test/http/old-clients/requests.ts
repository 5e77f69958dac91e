import { expect } from 'vitest';
import { BASELINE_MIX, DRIFT_MIX, type PaymentEvent, paymentEvents } from '../../../src/cli/payments.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { NOW } from '../service.ts';

/** A request as a client of a replaced system sends it, and what that client reads of the answer. */
export interface OldRequest {
  /** What in that system sends it. */
  readonly client: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent without a `Content-Type`, an object as JSON. */
  readonly body?: object | string;
  /** The body in words, for the table. */
  readonly sends?: string;
  readonly status: number;
  /**
   * By path in the answer, such as `checks.amount_ks.ok`; `header x` for a header, `text` for an answer that is not JSON. The table shows the
   * values that are the same in every run, and the part of a text that must be there.
   */
  readonly reads: Readonly<Record<string, unknown>>;
}

const number = expect.any(Number);
const text = expect.any(String);
const BROWSER = { origin: 'http://localhost:5173', accept: '*/*' };
const PYTHON = { 'user-agent': 'python-requests/2.32.3', accept: '*/*' };

/** Guard's senders: times in microseconds, whole milliseconds of duration. */
function asGuardSends(events: readonly PaymentEvent[], zone: 'Z' | '+00:00'): object[] {
  return events.map(({ ts, response, ...event }) => ({
    ts: ts.replace('Z', `456${zone}`),
    ...event,
    response: { ...response, duration_ms: Math.floor(response.duration_ms) },
  }));
}

const QUIET = asGuardSends(
  paymentEvents(BASELINE_MIX, seededRng('21'), { startMs: NOW - 20 * MINUTE_MS, endMs: NOW - 10 * MINUTE_MS }),
  'Z',
);
const DRIFTED = asGuardSends(
  paymentEvents(DRIFT_MIX, seededRng('22'), { startMs: NOW - 10 * MINUTE_MS, endMs: NOW }),
  '+00:00',
);

/** The one of Guard's README. */
const README_EVENT = {
  ts: '2025-01-01T00:00:00Z',
  service: 'payments_api',
  endpoint: 'POST /v2/payments',
  host: 'client-1',
  request: { body: { amount: 123.45, currency: 'USD' } },
  response: { status: 200, duration_ms: 850 },
};

export const GUARD_SENDS_A_BASELINE: readonly OldRequest[] = [
  { client: 'health check', method: 'GET', url: '/health', status: 200, reads: { ok: true } },
  {
    client: 'README, the contract of ingestion',
    method: 'POST',
    url: '/v1/ingest',
    body: [README_EVENT],
    sends: 'its event of January 2025',
    status: 400,
    reads: {
      detail:
        'No event was accepted; the first error: ts is older than 30 days, the time that events are kept; send newer ones, or raise EVENT_RETENTION_DAYS',
      'errors.0.path': '/0',
    },
  },
  {
    client: 'send_baseline.py',
    method: 'POST',
    url: '/v1/ingest',
    headers: PYTHON,
    body: QUIET,
    sends: '200 payments',
    status: 200,
    reads: { accepted: 200 },
  },
  {
    client: 'a sender without `Content-Type`',
    method: 'POST',
    url: '/v1/ingest',
    headers: PYTHON,
    body: JSON.stringify([{ ...README_EVENT, ts: new Date(NOW).toISOString(), endpoint: 'POST /v2/refunds' }]),
    sends: 'one event, no `Content-Type`',
    status: 200,
    reads: { accepted: 1 },
  },
  {
    client: 'a sender with nothing to send',
    method: 'POST',
    url: '/v1/ingest',
    headers: PYTHON,
    body: [],
    sends: '`[]`',
    status: 400,
    reads: { detail: 'Expected non-empty JSON array' },
  },
  {
    client: 'a sender that forgets the service',
    method: 'POST',
    url: '/v1/ingest',
    headers: PYTHON,
    body: [{ ts: new Date(NOW).toISOString(), endpoint: 'POST /v2/payments' }],
    sends: 'an event without `service`',
    status: 400,
    reads: { detail: expect.stringContaining('service') },
  },
];

/** The page polls every five seconds, and names no stream. */
function dashboardPoll(minutes: number, reads: OldRequest['reads']): OldRequest {
  return {
    client: 'dashboard',
    method: 'GET',
    url: `/reports/latest?window_minutes=${minutes}`,
    headers: BROWSER,
    status: 200,
    reads: {
      generated_at: text,
      window_minutes: minutes,
      ...reads,
      'header access-control-allow-origin': BROWSER.origin,
    },
  };
}

export const GUARD_IS_QUIET: readonly OldRequest[] = [
  dashboardPoll(30, {
    samples: 200,
    status: 'ok',
    'checks.amount_ks.ok': true,
    'checks.amount_ks.p_value': number,
    'checks.amount_ks.d': number,
    'checks.amount_ks.live_n': 200,
    'checks.currency_psi.ok': true,
    'checks.currency_psi.psi': number,
    'checks.currency_psi.live_counts': { USD: number, CAD: number, EUR: number },
    'checks.success_rate.ok': true,
    'checks.success_rate.min': 0.995,
    'checks.success_rate.total': 200,
    'checks.latency_p95.ok': true,
    'checks.latency_p95.max': 2000,
    'checks.latency_p95.live_n': 200,
  }),
];

export const GUARD_DRIFTS: readonly OldRequest[] = [
  {
    client: 'send_drift_amount.py',
    method: 'POST',
    url: '/v1/ingest',
    headers: PYTHON,
    body: DRIFTED,
    sends: '500 payments',
    status: 200,
    reads: { accepted: 500 },
  },
  dashboardPoll(30, { samples: 700, status: 'fail', 'checks.amount_ks.ok': false, 'checks.currency_psi.ok': true }),
  dashboardPoll(1440, { samples: 700, status: 'fail' }),
];

const METRICS = {
  coherenceMean: 86.34,
  volatilityIndex: 0.014572,
  predictedDriftRisk: 'low',
  timestamp: text,
  n: 5,
  'meta.method': 'rolling mean/stdev',
  'meta.latency_ms': number,
};

export const COHERENCE_OF_A_FILE: readonly OldRequest[] = [
  { client: 'README, tests', method: 'GET', url: '/health', status: 200, reads: { status: 'ok', version: text } },
  {
    client: 'page, tests',
    method: 'GET',
    url: '/status',
    status: 200,
    reads: {
      status: 'ok',
      version: text,
      uptime_sec: number,
      start_time: text,
      now: text,
      default_windows: '1h,24h',
      persistence: text,
      'ingest.source': 'mock',
      'ingest.last_record_count': expect.anything(),
    },
  },
  {
    client: 'ingest job',
    method: 'GET',
    url: '/ingest/run',
    status: 200,
    reads: { ok: true, records: 5, latency_ms: number, pages_fetched: 1, retries: 0 },
  },
  {
    client: 'tests: no window',
    method: 'GET',
    url: '/coherence/metrics',
    status: 200,
    reads: { ...METRICS, windowSec: 3600, 'inputs.source': 'mock' },
  },
  {
    client: 'README',
    method: 'GET',
    url: '/coherence/metrics?window=3600',
    status: 200,
    reads: { ...METRICS, windowSec: 3600 },
  },
  {
    client: 'page',
    method: 'GET',
    url: '/coherence/metrics?window=5m',
    headers: PYTHON,
    status: 200,
    reads: { ...METRICS, windowSec: 300 },
  },
  {
    client: 'tests',
    method: 'GET',
    url: '/coherence/metrics?window=30m&source=mock',
    status: 200,
    reads: { ...METRICS, windowSec: 1800, 'inputs.source': 'mock' },
  },
  {
    client: 'tests: a wrong window',
    method: 'GET',
    url: '/coherence/metrics?window=banana',
    status: 400,
    reads: { detail: expect.stringContaining('Invalid window format') },
  },
  {
    client: 'tests: a wrong source',
    method: 'GET',
    url: '/coherence/metrics?source=not_a_source',
    status: 400,
    reads: { detail: expect.stringContaining('Unknown source') },
  },
  { client: 'README', method: 'GET', url: '/coherence/predict?window=1h', status: 204, reads: {} },
  {
    client: 'tests, page',
    method: 'GET',
    url: '/coherence/history?limit=5',
    status: 200,
    reads: {
      '0.ts_utc': text,
      '0.window_sec': 86400,
      '0.n': 5,
      '0.mean': 86.34,
      '0.stdev': number,
      '0.drift_risk': 'low',
      '0.source': 'mock',
      '0.request_id': text,
    },
  },
  {
    client: 'page, as the CSV file that it read',
    method: 'GET',
    url: '/coherence/history?limit=5',
    headers: { accept: 'text/csv' },
    status: 200,
    reads: { text: expect.stringContaining('ts_utc,window_sec,n,mean,stdev,drift_risk,source,request_id') },
  },
];

/** Beside a baseline of the same values. */
export const COHERENCE_SENTRY: readonly OldRequest[] = [
  {
    client: 'Drift Sentry',
    method: 'GET',
    url: '/coherence/metrics?window=24h',
    headers: PYTHON,
    status: 200,
    reads: { windowSec: 86400, n: 61, 'signals.0.name': 'sensor_A', 'signals.0.psi': 0, 'signals.0.ks': number },
  },
];

export const COHERENCE_OF_AN_UPSTREAM: readonly OldRequest[] = [
  {
    client: 'ingest job',
    method: 'GET',
    url: `/ingest/run?start_ts=2026-03-14T00:00:00Z&end_ts=2026-03-14T12:00:00Z`,
    status: 200,
    reads: { ok: true, records: 5, pages_fetched: 1, retries: 0 },
  },
  {
    client: 'tests: its default source',
    method: 'GET',
    url: '/coherence/metrics?window=1h&source=darshan_api',
    status: 200,
    reads: { ...METRICS, 'inputs.source': 'darshan_api' },
  },
  {
    client: 'page',
    method: 'GET',
    url: '/status',
    status: 200,
    reads: { 'ingest.source': 'darshan_api', 'ingest.last_record_count': 5 },
  },
];

export const COHERENCE_WITHOUT_AN_UPSTREAM: readonly OldRequest[] = [
  {
    client: 'ingest job, nothing answers',
    method: 'GET',
    url: '/ingest/run',
    status: 503,
    reads: { detail: expect.stringContaining('DARSHAN_BASE_URL') },
  },
  {
    client: 'page, nothing was fetched',
    method: 'GET',
    url: '/coherence/metrics?window=1h',
    status: 422,
    reads: { detail: expect.stringContaining('No values available for the requested source/window.') },
  },
];

/** Two columns of Sentinel's sample: what people were, and what they are a year later. */
function customers(n: number, years: number, plan: readonly string[]): object[] {
  return Array.from({ length: n }, (_, i) => ({
    age: 30 + ((i * 37) % 23) + years,
    income: 50_000 + ((i * 7_919) % 997) * 10,
    plan: plan[(i * i) % plan.length],
  }));
}

const detectDrift = { method: 'POST', url: '/detect-drift' } as const;

export const SENTINEL: readonly OldRequest[] = [
  {
    client: 'root',
    method: 'GET',
    url: '/',
    status: 200,
    reads: { status: 'healthy', version: text, 'endpoints.drift_detection': '/detect-drift' },
  },
  { client: 'health check', method: 'GET', url: '/health', status: 200, reads: { api: 'up', drift_detector: 'ready' } },
  {
    ...detectDrift,
    client: 'README, curl',
    body: { reference_data: [{ age: 25, income: 50_000 }], production_data: [{ age: 45, income: 90_000 }] },
    sends: 'one row each',
    status: 200,
    reads: {
      drift_detected: false,
      features_with_drift: [],
      'feature_details.age.type': text,
      'feature_details.age.drift_detected': false,
      summary: text,
    },
  },
  {
    ...detectDrift,
    client: 'a caller without `Content-Type`',
    body: JSON.stringify({ reference_data: [{ age: 25 }], production_data: [{ age: 45 }] }),
    sends: 'one row each, no `Content-Type`',
    status: 200,
    reads: { drift_detected: false, features_with_drift: [] },
  },
  {
    ...detectDrift,
    client: 'API',
    headers: PYTHON,
    body: {
      reference_data: customers(700, 0, ['free', 'paid', 'free']),
      production_data: customers(300, 15, ['free', 'paid', 'free']),
      categorical_features: ['plan'],
      significance_level: 0.05,
      psi_threshold: 0.25,
    },
    sends: '700 and 300 rows, `categorical_features`, `significance_level`, `psi_threshold`',
    status: 200,
    reads: {
      drift_detected: true,
      features_with_drift: ['age'],
      'feature_details.age.type': 'continuous',
      'feature_details.age.ks_test.test': 'KS',
      'feature_details.age.ks_test.statistic': number,
      'feature_details.age.ks_test.p_value': number,
      'feature_details.age.ks_test.drift_detected': true,
      'feature_details.age.psi.psi_value': number,
      'feature_details.income.drift_detected': false,
      'feature_details.plan.type': 'categorical',
      'feature_details.plan.chi_square.test': 'Chi-Square',
      'feature_details.plan.drift_detected': false,
      summary: '⚠️ Drift detected in 1 feature(s): age',
    },
  },
  {
    ...detectDrift,
    client: 'API, no rows',
    body: { reference_data: [], production_data: [] },
    sends: 'no rows',
    status: 400,
    reads: { detail: text },
  },
  {
    client: 'browser',
    method: 'GET',
    url: '/docs',
    headers: { accept: 'text/html' },
    status: 200,
    reads: { 'header content-type': expect.stringContaining('text/html') },
  },
];

export const DRIFT_MONITOR: readonly OldRequest[] = [
  {
    client: 'health check',
    method: 'GET',
    url: '/health',
    status: 200,
    reads: {
      status: 'ok',
      redis: text,
      is_monitoring: true,
      'config.kl_threshold': 0.1,
      'config.psi_threshold': 0.2,
      'config.accuracy_min': 0.75,
      'config.sliding_window_days': 7,
      'config.check_interval_hours': 6,
    },
  },
];
