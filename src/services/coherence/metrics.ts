import { AppError } from '../../core/errors.ts';
import type { DriftRisk } from '../../core/forecast/drift-risk.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { ceilTo, floorTo, MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import { findActiveBaseline } from '../../store/baselines.ts';
import { loadWindow } from '../evaluation/load-window.ts';
import { loadBaselineReference } from '../evaluation/reference.ts';
import { compareSignals, type SignalDrift } from './compare-signals.ts';
import type { CoherenceContext } from './context.ts';
import { type Measure, measureMoments, riskOf, riskThresholds, roundSix } from './measure.ts';
import { findValues, inputsOf, momentsOf, type ValuesQuery } from './signal-stream.ts';

export interface MetricsQuery extends ValuesQuery {
  /** Length of the window that ends now. */
  readonly windowMs: number;
}

/** The metrics of one window, as in the answer of `GET /coherence/metrics`. */
export interface CoherenceMetrics {
  readonly coherenceMean: number;
  readonly volatilityIndex: number;
  readonly predictedDriftRisk: DriftRisk;
  readonly timestamp: string;
  readonly windowSec: number;
  readonly n: number;
  readonly inputs: { readonly source: string; readonly signal?: string };
  readonly meta: { readonly method: 'rolling mean/stdev'; readonly latency_ms: number };
  /** The window extended to whole minutes: the metrics cover exactly this. */
  readonly window_start: string;
  readonly window_end: string;
  readonly signals: readonly SignalDrift[];
}

/**
 * Measures the exact mean and volatility of the values in a window, and compares each signal with the baseline.
 *
 * @throws AppError `no_values`
 */
export async function measureWindow(
  context: CoherenceContext,
  query: MetricsQuery,
): Promise<{ metrics: CoherenceMetrics; measure: Measure }> {
  const { db, config, clock } = context;
  const startedMs = clock.now();
  const stream = await findValues(db, config, query);
  if (stream === undefined) throw noValues();
  const window = { startMs: floorTo(startedMs - query.windowMs, MINUTE_MS), endMs: ceilTo(startedMs + 1, MINUTE_MS) };
  const { profile, covered } = await loadWindow(context, stream.id, window);
  const moments = momentsOf(profile, query);
  if (moments === undefined || moments.n === 0) throw noValues();
  const measure = measureMoments(moments);
  const floors = { ks: config.KS_D_MIN, psi: config.PSI_MAX };
  const baseline = await findBaselineProfile(context, stream.id);
  const signals = await compareSignals(baseline, profile, { alpha: config.KS_P_MIN, floors }, query.signal);
  const metrics: CoherenceMetrics = {
    coherenceMean: roundSix(measure.mean),
    volatilityIndex: roundSix(measure.volatility),
    predictedDriftRisk: riskOf(measure.volatility, riskThresholds(config)),
    timestamp: isoTime(startedMs),
    windowSec: query.windowMs / SECOND_MS,
    n: measure.n,
    inputs: inputsOf(config, query),
    meta: { method: 'rolling mean/stdev', latency_ms: clock.now() - startedMs },
    window_start: isoTime(covered.startMs),
    window_end: isoTime(covered.endMs),
    signals,
  };
  return { metrics, measure };
}

function noValues(): AppError {
  return new AppError('no_values', 'No values available for the requested source/window.');
}

async function findBaselineProfile(context: CoherenceContext, streamId: number): Promise<Profile | undefined> {
  const baseline = await findActiveBaseline(context.db, streamId);
  return baseline && (await loadBaselineReference(context, baseline)).profile;
}
