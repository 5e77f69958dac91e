import { z } from 'zod';
import { DATABASE_ENGINES } from '../core/database-engine.ts';
import { VERDICTS } from '../core/drift/check.ts';
import { DRIFT_RISKS } from '../core/forecast/drift-risk.ts';
import { listOr } from '../core/format/list-or.ts';
import { DAY_MS, DURATION_HINT } from '../core/time/window.ts';
import { SIGNAL_SOURCES } from '../core/upstream-mode.ts';
import { limitUpTo } from './page.ts';
import { inOrder, lengthOfTime, text, time } from './parameters.ts';

const MAX_DAYS = 366;
/** Rows of a history in one request. */
export const MAX_IMPORTED_ROWS = 1_000;
const MAX_SOURCE = 200;
const MAX_INT = 2_147_483_647;

/** Both texts are what clients of the Coherence Engine look for in `detail`. */
const INVALID_WINDOW = `Invalid window format: ${DURATION_HINT}`;
const UNKNOWN_SOURCE = `Unknown source: use ${listOr(SIGNAL_SOURCES)}`;

const length = lengthOfTime(INVALID_WINDOW).refine((ms) => ms <= MAX_DAYS * DAY_MS, {
  message: `use at most ${MAX_DAYS}d`,
  params: { refusal: 'invalid_window' },
});
const values = {
  window: length.optional().describe('30m, 1h, 24h, 7d, or whole seconds; the first of DEFAULT_WINDOWS when not given'),
  source: z.enum(SIGNAL_SOURCES, UNKNOWN_SOURCE).optional(),
  signal: text().optional().describe('The values of one signal only'),
};

export const metricsQuery = z.object(values);
export const predictionQuery = z.object({
  ...values,
  horizon: length.optional().describe('The coming window; as the window'),
});
export const historyQuery = z.object({ limit: limitUpTo(1_000, 50) });
export const runQuery = z
  .object({
    start_ts: time.optional().describe('Fetch records from here on; from the newest one on when not given'),
    end_ts: time.optional().describe('Fetch records before this moment; now when not given'),
  })
  .check(inOrder('start_ts', 'end_ts'));
export type RunQuery = z.output<typeof runQuery>;

const risk = z.enum(DRIFT_RISKS).meta({ id: 'DriftRisk' });
const common = {
  coherenceMean: z.number().describe('6 decimals'),
  volatilityIndex: z.number().describe('Standard deviation over the absolute mean; 6 decimals'),
  predictedDriftRisk: risk,
  timestamp: z.string(),
  windowSec: z.int(),
  n: z.int(),
  inputs: z.object({ source: z.string(), signal: z.string().optional() }).readonly(),
};

const signalDrift = z
  .object({
    name: z.string(),
    psi: z
      .number()
      .nullable()
      .describe('Less its expected noise, from 0; null without a baseline or with too few values'),
    psi_raw: z.number().nullable(),
    ks: z.number().nullable(),
    n: z.int(),
    verdict: z.enum(VERDICTS),
    reason: z.string().optional(),
  })
  .readonly()
  .meta({ id: 'SignalDrift' });

export const coherenceMetrics = z
  .object({
    ...common,
    meta: z.object({ method: z.string(), latency_ms: z.number() }).readonly(),
    window_start: z.string(),
    window_end: z.string(),
    signals: z.array(signalDrift).readonly().describe('Against the active baseline'),
  })
  .readonly()
  .meta({ id: 'CoherenceMetrics' });

const interval = z
  .object({ low: z.number(), high: z.number(), level: z.number() })
  .readonly()
  .meta({ id: 'ForecastInterval' });

export const coherencePrediction = z
  .object({
    ...common,
    horizonSec: z.int(),
    interval: interval.describe('Of the mean'),
    volatility_interval: interval,
    risk_probability: z.object({ low: z.number(), medium: z.number(), high: z.number() }).readonly(),
    meta: z
      .object({
        method: z.string(),
        alpha: z.number().nullable().optional(),
        beta: z.number().nullable().optional(),
        phi: z.number().nullable().optional(),
        bucket_sec: z.number(),
        buckets: z.int(),
        latency_ms: z.number(),
      })
      .readonly(),
  })
  .readonly()
  .meta({ id: 'CoherencePrediction' });

export const historyEntry = z
  .object({
    ts_utc: z.string(),
    window_sec: z.int(),
    n: z.int(),
    mean: z.number(),
    stdev: z.number().describe('The standard deviation'),
    drift_risk: risk,
    source: z.string(),
    request_id: z.string().describe('Rows of one run of the schedule share it'),
    volatilityIndex: common.volatilityIndex,
  })
  .readonly()
  .meta({ id: 'CoherenceHistoryEntry' });
export type HistoryEntry = z.output<typeof historyEntry>;

export const historyImport = z
  .object({
    rows: z
      .array(
        z.object({
          ts_utc: time,
          window_sec: z.int().min(1).max(MAX_INT),
          n: z.int().min(0),
          mean: z.number(),
          stdev: z.number().min(0).describe('The standard deviation'),
          drift_risk: risk,
          source: text(MAX_SOURCE),
          request_id: text(MAX_SOURCE).optional(),
        }),
      )
      .min(1)
      .max(MAX_IMPORTED_ROWS),
  })
  .meta({ id: 'CoherenceHistoryImport' });
export type HistoryImportRow = z.input<typeof historyImport>['rows'][number];

export const historyImported = z
  .object({
    added: z.int(),
    present: z.int().describe('Added by an import before'),
    too_old: z.int().describe('Older than REPORT_RETENTION_DAYS'),
  })
  .readonly()
  .meta({ id: 'CoherenceHistoryImported' });
export type HistoryImported = z.output<typeof historyImported>;

export const signalFetch = z
  .object({
    ok: z.literal(true),
    records: z.int().describe('Records that were read, stored before or not'),
    latency_ms: z.number(),
    pages_fetched: z.int(),
    retries: z.int(),
    accepted: z.int().describe('Of the records: stored now'),
    duplicates: z.int(),
    rejected: z.int(),
    invalid: z.int(),
    truncated: z.boolean().describe('The upstream had more pages than one fetch reads'),
  })
  .readonly()
  .meta({ id: 'SignalFetch' });

export const coherenceStatus = z
  .object({
    status: z.literal('ok'),
    version: z.string(),
    uptime_sec: z.number(),
    start_time: z.string(),
    now: z.string(),
    default_windows: z.string(),
    persistence: z.enum(DATABASE_ENGINES),
    ingest: z
      .object({
        source: z.string(),
        last_ingest_time: z.string().nullable().describe('Of the last fetch that succeeded'),
        last_latency_ms: z.number().nullable(),
        last_record_count: z.int(),
        pages_fetched: z.int(),
        retries: z.int(),
        last_error: z.string().nullable(),
      })
      .readonly(),
  })
  .readonly()
  .meta({ id: 'Status' });
