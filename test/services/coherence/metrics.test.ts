import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { buildBaseline } from '../../../src/services/baselines/build-baseline.ts';
import { type MetricsQuery, measureWindow } from '../../../src/services/coherence/metrics.ts';
import { predictCoherence } from '../../../src/services/coherence/predict.ts';
import { buildSentryArtifact } from '../../../src/services/coherence/sentry.ts';
import { FeatureBudget, toEvent } from '../../../src/services/sources/signal-event.ts';
import { readSignalPage } from '../../../src/services/sources/signal-page.ts';
import { withDatabase } from '../../database.ts';
import { NOW_MS } from '../ingest/service.ts';
import { openCoherence, recordsOf, type TestCoherence, type TestRecord } from './service.ts';

const db = withDatabase();
const GOLDEN = [87.2, 85.5, 84.9, 86.1, 88.0];

async function store(context: TestCoherence, records: readonly TestRecord[]): Promise<void> {
  const budget = new FeatureBudget([], context.config.MAX_FEATURES);
  const page = readSignalPage(JSON.stringify(records));
  await context.storeEvents((page?.records ?? []).map((record) => toEvent(record, 0, budget)));
}

async function metricsOf(context: TestCoherence, query: Partial<MetricsQuery> = {}) {
  return (await measureWindow(context, { windowMs: DAY_MS, ...query })).metrics;
}

describe('measureWindow', () => {
  it('returns the exact mean and volatility', async () => {
    const context = await openCoherence(db());
    await store(context, recordsOf('a', GOLDEN, NOW_MS));
    expect(await metricsOf(context)).toMatchObject({
      coherenceMean: 86.34,
      volatilityIndex: 0.014572,
      predictedDriftRisk: 'low',
      n: 5,
      windowSec: 86_400,
      timestamp: new Date(NOW_MS).toISOString(),
      inputs: { source: 'mock' },
      meta: { method: 'rolling mean/stdev', latency_ms: 0 },
    });
    expect((await metricsOf(context, { windowMs: MINUTE_MS })).n).toBe(2);
  });

  it.each([
    [[1, 1.1, 0.9], 'low'],
    [[1, 1.3, 0.7], 'medium'],
    [[1, 2, 0.1], 'high'],
    [[5], 'low'],
    [[1, -1], 'low'],
  ])('finds the risk of %j: %s', async (scores, risk) => {
    const context = await openCoherence(db());
    await store(context, recordsOf('a', scores, NOW_MS));
    const metrics = await metricsOf(context, { source: 'darshan' });
    expect(metrics).toMatchObject({ predictedDriftRisk: risk, n: scores.length, inputs: { source: 'darshan' } });
    if (scores.length === 1 || scores[1] === -1) expect(metrics.volatilityIndex).toBe(0);
  });

  it('fails when there are no values: no stream, an empty window, another source, an unknown signal', async () => {
    const context = await openCoherence(db());
    const refusal = { status: 422, message: 'No values available for the requested source/window.' };
    await expect(metricsOf(context)).rejects.toMatchObject(refusal);
    await store(context, recordsOf('a', GOLDEN, NOW_MS - HOUR_MS));
    await expect(metricsOf(context, { windowMs: MINUTE_MS })).rejects.toMatchObject(refusal);
    await expect(metricsOf(context, { source: 'live' })).rejects.toMatchObject(refusal);
    await expect(metricsOf(context, { signal: 'b' })).rejects.toMatchObject(refusal);
  });

  it('lists each signal, and without a baseline gives that as the reason', async () => {
    const context = await openCoherence(db());
    await store(context, [...recordsOf('a', [1, 2], NOW_MS), ...recordsOf('b.c', [10, 20, 30], NOW_MS)]);
    const { coherenceMean, n, signals } = await metricsOf(context, { signal: 'b.c' });
    expect([coherenceMean, n]).toEqual([20, 3]);
    const unknown = { psi: null, psi_raw: null, ks: null, verdict: 'inconclusive', reason: 'no_baseline' };
    expect(signals).toEqual([{ name: 'b.c', n: 3, ...unknown }]);
    expect((await metricsOf(context)).signals).toEqual([
      { name: 'a', n: 2, ...unknown },
      { name: 'b.c', n: 3, ...unknown },
    ]);
  });

  it('compares each signal with the baseline, largest PSI first', async () => {
    const rng = seededRng('signals');
    const scores = (level: number, n = 400) => Array.from({ length: n }, () => level + rng.next());
    const context = await openCoherence(db());
    const then = NOW_MS - 2 * DAY_MS;
    const before = ['same', 'moved', 'gone', 'few'].flatMap((name) => recordsOf(name, scores(5), then));
    const now = [recordsOf('same', scores(5), NOW_MS), recordsOf('moved', scores(5.5), NOW_MS)];
    await store(context, before);
    await store(context, [...now.flat(), ...recordsOf('few', scores(5, 20), NOW_MS), ...recordsOf('new', [1], NOW_MS)]);
    const interval = { startMs: then - DAY_MS, endMs: then + MINUTE_MS };
    await buildBaseline(context, { service: 'darshan', endpoint: 'signals/summary', interval });
    const { signals } = await metricsOf(context);
    expect(signals.map(({ name }) => name)).toEqual(['moved', 'same', 'few', 'gone', 'new']);
    expect(signals[0]).toMatchObject({ n: 400, verdict: 'drift' });
    expect(signals[0]?.psi).toBeGreaterThan(0.25);
    expect(signals[0]?.ks).toBeGreaterThan(0.4);
    expect(signals[1]).toMatchObject({ verdict: 'no_drift' });
    expect(signals[1]?.psi).toBeLessThan(0.1);
    for (const { psi, psi_raw: raw } of signals.slice(0, 2)) {
      const noise = 9 * (1 / 400 + 1 / 400);
      expect(psi).toBeCloseTo(Math.max(0, (raw ?? 0) - noise), 10);
    }
    expect(signals[2]).toMatchObject({ psi: null, n: 20, reason: 'insufficient_samples' });
    expect(signals[3]).toMatchObject({ psi: null, n: 0, reason: 'insufficient_samples' });
    expect(signals[4]).toMatchObject({ psi: null, n: 1, reason: 'not_in_baseline' });
  });
});

describe('the Drift Sentry and the one of the Coherence Engine', () => {
  const thresholds = { warn: 0.1, crit: 0.25 };

  /** What the old one does with an answer: it levels `psi`, and lists what has a level. */
  const oldAssessment = (signals: readonly { name: string; psi: number | null }[]) =>
    signals
      .filter(({ psi }) => psi !== null && psi >= thresholds.warn)
      .map(({ name, psi }) => [name, psi, (psi ?? 0) >= thresholds.crit ? 'CRITICAL' : 'WARN']);

  it.each([
    [0, 61],
    [0, 400],
    [1, 61],
    [1, 400],
  ])('say the same after a shift of %d standard deviations, with %d values a signal', async (shift, n) => {
    const rng = seededRng(`sentry ${shift} ${n}`);
    const context = await openCoherence(db());
    const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
    const then = NOW_MS - 2 * DAY_MS;
    const normal = () => Array.from({ length: 12 }, () => rng.next()).reduce((sum, u) => sum + u, -6);
    const scores = (mean: number) => Array.from({ length: n }, () => mean + 3 * normal());
    for (const name of names) {
      await store(context, recordsOf(name, scores(80), then));
      await store(context, recordsOf(name, scores(80 + 3 * shift), NOW_MS));
    }
    const interval = { startMs: then - DAY_MS, endMs: then + MINUTE_MS };
    await buildBaseline(context, {
      service: 'darshan',
      endpoint: 'signals/summary',
      interval,
      name: `sentry-${shift}-${n}`,
    });
    const metrics = await metricsOf(context);
    const sentry = { window: '24h', apiBase: 'http://here', createdAtMs: NOW_MS, thresholds };
    const { assessment } = buildSentryArtifact(metrics, sentry);
    expect(assessment.map(({ signal, value, level }) => [signal, value, level])).toEqual(
      oldAssessment(metrics.signals),
    );
    expect(assessment.map(({ level }) => level)).toEqual(shift === 0 ? [] : Array(12).fill('CRITICAL'));
    expect(metrics.signals.every(({ psi_raw: raw }) => raw !== null && raw > 0)).toBe(true);
  });
});

describe('predictCoherence', () => {
  const hour = { windowMs: HOUR_MS, horizonMs: HOUR_MS };

  it('returns undefined without values in three buckets of the past', async () => {
    const context = await openCoherence(db());
    expect(await predictCoherence(context, hour)).toBeUndefined();
    await store(context, recordsOf('a', [1, 2, 3], NOW_MS));
    expect(await predictCoherence(context, hour)).toBeUndefined();
  });

  it('forecasts mean, volatility and risk of the next window', async () => {
    const rng = seededRng('predict');
    const context = await openCoherence(db());
    const scores = Array.from({ length: 480 }, () => 80 + rng.next());
    await store(context, recordsOf('a', scores, NOW_MS));
    const prediction = await predictCoherence(context, { ...hour, source: 'mock' });
    expect(prediction?.coherenceMean).toBeCloseTo(80.5, 0);
    expect(prediction?.interval.low).toBeLessThan(prediction?.coherenceMean ?? 0);
    expect(prediction?.interval.high).toBeGreaterThan(prediction?.coherenceMean ?? 0);
    expect(prediction?.volatilityIndex).toBeCloseTo(0.0036, 3);
    expect(prediction).toMatchObject({
      predictedDriftRisk: 'low',
      windowSec: 3600,
      horizonSec: 3600,
      interval: { level: 0.95 },
    });
    expect(prediction?.meta).toMatchObject({
      method: 'damped trend exponential smoothing',
      bucket_sec: 300,
      buckets: 96,
    });
    const { low, medium, high } = prediction?.risk_probability ?? { low: 0, medium: 0, high: 0 };
    expect(low + medium + high).toBeCloseTo(1, 5);
    expect((await predictCoherence(context, { ...hour, signal: 'a' }))?.n).toBe(prediction?.n);
    expect(await predictCoherence(context, { ...hour, signal: 'b' })).toBeUndefined();
  });

  it('uses hourly buckets for a day, and the overall volatility when the past is short', async () => {
    const context = await openCoherence(db());
    const scores = Array.from({ length: 7 * 60 }, (_, i) => (i % 2 === 0 ? 1 : 5));
    await store(context, recordsOf('a', scores, NOW_MS));
    const prediction = await predictCoherence(context, { windowMs: DAY_MS, horizonMs: DAY_MS });
    expect(prediction?.meta).toMatchObject({ bucket_sec: 7200, buckets: 96 });
    expect(prediction).toMatchObject({ n: 420, predictedDriftRisk: 'high' });
    expect(prediction?.coherenceMean).toBeCloseTo(3, 1);
    expect(prediction?.volatilityIndex).toBeCloseTo(2 / 3, 2);
  });
});
