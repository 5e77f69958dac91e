import type { DriftRisk } from '../../core/forecast/drift-risk.ts';
import { type Forecast, forecastMean } from '../../core/forecast/forecast.ts';
import { forecastVolatility, type RiskProbabilities, riskProbabilities } from '../../core/forecast/volatility.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { emptyMoments, type Moments, mergeMoments } from '../../core/profile/moments.ts';
import { ceilTo, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import { loadWindow } from '../evaluation/load-window.ts';
import type { CoherenceContext } from './context.ts';
import { measureMoments, riskThresholds, roundSix } from './measure.ts';
import { findValues, inputsOf, momentsOf, type ValuesQuery } from './signal-stream.ts';

export interface PredictQuery extends ValuesQuery {
  /** The forecast uses at least this much of the past. */
  readonly windowMs: number;
  /** Length of the window to forecast. */
  readonly horizonMs: number;
}

const BUCKETS_PER_HORIZON = 12;
const MAX_BUCKETS = 96;
const HORIZONS_BACK = 8;

/** The past in equal buckets. */
interface Past {
  readonly bucketMs: number;
  /** How many buckets the window to forecast has. */
  readonly steps: number;
  /** Oldest first; undefined where there are no values. */
  readonly buckets: readonly (Moments | undefined)[];
}

/**
 * Forecasts the metrics of the window that starts now.
 *
 * @returns undefined when fewer than three buckets of the past have values
 */
export async function predictCoherence(context: CoherenceContext, query: PredictQuery) {
  const startedMs = context.clock.now();
  const past = await loadPast(context, query, startedMs);
  if (past === undefined) return undefined;
  const mean = forecastMean(meansOf(past.buckets), past.steps);
  const whole = measureMoments(mergeAll(past.buckets));
  if (mean === undefined || whole.n < 2) return undefined;
  const volatilities = volatilitiesOf(past);
  const volatility = forecastVolatility(volatilities, whole);
  const risks = riskProbabilities(volatilities, whole, riskThresholds(context.config));
  return {
    coherenceMean: roundSix(mean.value),
    volatilityIndex: roundSix(volatility.value),
    predictedDriftRisk: mostLikely(risks),
    timestamp: isoTime(startedMs),
    windowSec: query.windowMs / SECOND_MS,
    horizonSec: query.horizonMs / SECOND_MS,
    n: whole.n,
    inputs: inputsOf(context.config, query),
    interval: { low: roundSix(mean.low), high: roundSix(mean.high), level: mean.level },
    volatility_interval: { low: roundSix(volatility.low), high: roundSix(volatility.high), level: mean.level },
    risk_probability: { low: roundSix(risks.low), medium: roundSix(risks.medium), high: roundSix(risks.high) },
    meta: { ...describeMethod(mean, past), latency_ms: context.clock.now() - startedMs },
  };
}

function describeMethod({ method, alpha, beta, phi }: Forecast, { bucketMs, buckets }: Past) {
  return { method, alpha, beta, phi, bucket_sec: bucketMs / SECOND_MS, buckets: buckets.length };
}

async function loadPast(context: CoherenceContext, query: PredictQuery, nowMs: number): Promise<Past | undefined> {
  const stream = await findValues(context.db, context.config, query);
  if (stream === undefined) return undefined;
  const bucketMs = bucketOf(query.horizonMs);
  const reachMs = Math.max(query.windowMs, HORIZONS_BACK * query.horizonMs);
  const count = Math.min(MAX_BUCKETS, Math.max(1, Math.floor(reachMs / bucketMs)));
  const endMs = ceilTo(nowMs + 1, gridOf(bucketMs));
  const buckets: (Moments | undefined)[] = [];
  for (let back = count; back > 0; back--) {
    const startMs = endMs - back * bucketMs;
    const { profile } = await loadWindow(context, stream.id, { startMs, endMs: startMs + bucketMs });
    buckets.push(momentsOf(profile, query));
  }
  return { bucketMs, steps: Math.ceil(query.horizonMs / bucketMs), buckets };
}

/** Whole minutes; from an hour on whole hours, from a day on whole days: older profiles are not stored in smaller spans. */
function bucketOf(horizonMs: number): number {
  const bucketMs = horizonMs / BUCKETS_PER_HORIZON;
  return ceilTo(bucketMs, gridOf(bucketMs));
}

function gridOf(bucketMs: number): number {
  return bucketMs >= DAY_MS ? DAY_MS : bucketMs >= HOUR_MS ? HOUR_MS : MINUTE_MS;
}

function meansOf(buckets: Past['buckets']): number[] {
  return buckets.map((moments) => (moments === undefined || moments.n === 0 ? Number.NaN : moments.mean));
}

/** The volatility of past windows of the same length, counted back from now; NaN where a window has fewer than two values. */
function volatilitiesOf({ buckets, steps }: Past): number[] {
  const windows = Math.floor(buckets.length / steps);
  return Array.from({ length: windows }, (_, i) => {
    const end = buckets.length - (windows - 1 - i) * steps;
    const { n, volatility } = measureMoments(mergeAll(buckets.slice(end - steps, end)));
    return n < 2 ? Number.NaN : volatility;
  });
}

function mergeAll(buckets: Past['buckets']): Moments {
  return buckets.reduce<Moments>((merged, moments) => mergeMoments(merged, moments ?? emptyMoments()), emptyMoments());
}

/** If probabilities are equal, the higher risk. */
function mostLikely({ low, medium, high }: RiskProbabilities): DriftRisk {
  if (high >= medium && high >= low) return 'high';
  return medium >= low ? 'medium' : 'low';
}
