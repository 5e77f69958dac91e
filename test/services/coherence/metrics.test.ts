import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { buildBaseline } from '../../../src/services/baselines/build-baseline.ts';
import { type MetricsQuery, measureWindow } from '../../../src/services/coherence/metrics.ts';
import { predictCoherence } from '../../../src/services/coherence/predict.ts';
import { FeatureBudget, toEvent } from '../../../src/services/sources/signal-event.ts';
import { readSignalPage } from '../../../src/services/sources/signal-page.ts';
import { withDatabase } from '../../database.ts';
import { NOW_MS } from '../ingest/service.ts';
import { openCoherence, recordsOf, type TestCoherence, type TestRecord } from './service.ts';

const db = withDatabase();
const GOLDEN = [87.2, 85.5, 84.9, 86.1, 88.0];

async function store(deps: TestCoherence, records: readonly TestRecord[]): Promise<void> {
  const budget = new FeatureBudget([], deps.config.MAX_FEATURES);
  const page = readSignalPage(JSON.stringify(records));
  await deps.storeEvents((page?.records ?? []).map((record) => toEvent(record, 0, budget)));
}

async function metricsOf(deps: TestCoherence, query: Partial<MetricsQuery> = {}) {
  return (await measureWindow(deps, { windowMs: DAY_MS, ...query })).metrics;
}

describe('measureWindow', () => {
  it('gives mean and volatility exactly', async () => {
    const deps = await openCoherence(db());
    await store(deps, recordsOf('a', GOLDEN, NOW_MS));
    expect(await metricsOf(deps)).toMatchObject({
      ...{ coherenceMean: 86.34, volatilityIndex: 0.014572, predictedDriftRisk: 'low', n: 5, windowSec: 86_400 },
      ...{ timestamp: new Date(NOW_MS).toISOString(), inputs: { source: 'mock' } },
      meta: { method: 'rolling mean/stdev', latency_ms: 0 },
    });
    expect((await metricsOf(deps, { windowMs: MINUTE_MS })).n).toBe(2);
  });

  it.each([
    [[1, 1.1, 0.9], 'low'],
    [[1, 1.3, 0.7], 'medium'],
    [[1, 2, 0.1], 'high'],
    [[5], 'low'],
    [[1, -1], 'low'],
  ])('tells the risk of %j: %s', async (scores, risk) => {
    const deps = await openCoherence(db());
    await store(deps, recordsOf('a', scores, NOW_MS));
    const metrics = await metricsOf(deps, { source: 'darshan' });
    expect(metrics).toMatchObject({ predictedDriftRisk: risk, n: scores.length, inputs: { source: 'darshan' } });
    if (scores.length === 1 || scores[1] === -1) expect(metrics.volatilityIndex).toBe(0);
  });

  it('refuses where there are no values: no stream, an empty window, another source, an unknown signal', async () => {
    const deps = await openCoherence(db());
    const refusal = { status: 422, message: 'No values available for the requested source/window.' };
    await expect(metricsOf(deps)).rejects.toMatchObject(refusal);
    await store(deps, recordsOf('a', GOLDEN, NOW_MS - HOUR_MS));
    await expect(metricsOf(deps, { windowMs: MINUTE_MS })).rejects.toMatchObject(refusal);
    await expect(metricsOf(deps, { source: 'live' })).rejects.toMatchObject(refusal);
    await expect(metricsOf(deps, { signal: 'b' })).rejects.toMatchObject(refusal);
  });

  it('has every signal by itself, and without a baseline says that nothing can be told', async () => {
    const deps = await openCoherence(db());
    await store(deps, [...recordsOf('a', [1, 2], NOW_MS), ...recordsOf('b.c', [10, 20, 30], NOW_MS)]);
    const { coherenceMean, n, signals } = await metricsOf(deps, { signal: 'b.c' });
    expect([coherenceMean, n]).toEqual([20, 3]);
    const unknown = { psi: null, ks: null, verdict: 'inconclusive', reason: 'no_baseline' };
    expect(signals).toEqual([{ name: 'b.c', n: 3, ...unknown }]);
    expect((await metricsOf(deps)).signals).toEqual([
      { name: 'a', n: 2, ...unknown },
      { name: 'b.c', n: 3, ...unknown },
    ]);
  });

  it('compares every signal with the baseline, the farthest first', async () => {
    const rng = seededRng('signals');
    const scores = (level: number, n = 400) => Array.from({ length: n }, () => level + rng.next());
    const deps = await openCoherence(db());
    const then = NOW_MS - 2 * DAY_MS;
    const before = ['same', 'moved', 'gone', 'few'].flatMap((name) => recordsOf(name, scores(5), then));
    const now = [recordsOf('same', scores(5), NOW_MS), recordsOf('moved', scores(5.5), NOW_MS)];
    await store(deps, before);
    await store(deps, [...now.flat(), ...recordsOf('few', scores(5, 20), NOW_MS), ...recordsOf('new', [1], NOW_MS)]);
    const interval = { startMs: then - DAY_MS, endMs: then + MINUTE_MS };
    await buildBaseline(deps, { service: 'darshan', endpoint: 'signals/summary', interval });
    const { signals } = await metricsOf(deps);
    expect(signals.map(({ name }) => name)).toEqual(['moved', 'same', 'few', 'gone', 'new']);
    expect(signals[0]).toMatchObject({ n: 400, verdict: 'drift' });
    expect(signals[0]?.psi).toBeGreaterThan(0.25);
    expect(signals[0]?.ks).toBeGreaterThan(0.4);
    expect(signals[1]).toMatchObject({ verdict: 'no_drift' });
    expect(signals[1]?.psi).toBeLessThan(0.1);
    expect(signals[2]).toMatchObject({ psi: null, n: 20, reason: 'insufficient_samples' });
    expect(signals[3]).toMatchObject({ psi: null, n: 0, reason: 'insufficient_samples' });
    expect(signals[4]).toMatchObject({ psi: null, n: 1, reason: 'not_in_baseline' });
  });
});

describe('predictCoherence', () => {
  const hour = { windowMs: HOUR_MS, horizonMs: HOUR_MS };

  it('has nothing to go by without values in three stretches of the past', async () => {
    const deps = await openCoherence(db());
    expect(await predictCoherence(deps, hour)).toBeUndefined();
    await store(deps, recordsOf('a', [1, 2, 3], NOW_MS));
    expect(await predictCoherence(deps, hour)).toBeUndefined();
  });

  it('forecasts mean, volatility and risk of the coming window', async () => {
    const rng = seededRng('predict');
    const deps = await openCoherence(db());
    const scores = Array.from({ length: 480 }, () => 80 + rng.next());
    await store(deps, recordsOf('a', scores, NOW_MS));
    const lastNotification = await predictCoherence(deps, { ...hour, source: 'mock' });
    expect(lastNotification?.coherenceMean).toBeCloseTo(80.5, 0);
    expect(lastNotification?.interval.low).toBeLessThan(lastNotification?.coherenceMean ?? 0);
    expect(lastNotification?.interval.high).toBeGreaterThan(lastNotification?.coherenceMean ?? 0);
    expect(lastNotification?.volatilityIndex).toBeCloseTo(0.0036, 3);
    expect(lastNotification).toMatchObject({
      predictedDriftRisk: 'low',
      windowSec: 3600,
      horizonSec: 3600,
      interval: { level: 0.95 },
    });
    expect(lastNotification?.meta).toMatchObject({
      method: 'damped trend exponential smoothing',
      bucket_sec: 300,
      buckets: 96,
    });
    const { low, medium, high } = lastNotification?.risk_probability ?? { low: 0, medium: 0, high: 0 };
    expect(low + medium + high).toBeCloseTo(1, 5);
    expect((await predictCoherence(deps, { ...hour, signal: 'a' }))?.n).toBe(lastNotification?.n);
    expect(await predictCoherence(deps, { ...hour, signal: 'b' })).toBeUndefined();
  });

  it('takes a day ahead in buckets of hours, and a short past by its volatility as a whole', async () => {
    const deps = await openCoherence(db());
    const scores = Array.from({ length: 7 * 60 }, (_, i) => (i % 2 === 0 ? 1 : 5));
    await store(deps, recordsOf('a', scores, NOW_MS));
    const lastNotification = await predictCoherence(deps, { windowMs: DAY_MS, horizonMs: DAY_MS });
    expect(lastNotification?.meta).toMatchObject({ bucket_sec: 7200, buckets: 96 });
    expect(lastNotification).toMatchObject({ n: 420, predictedDriftRisk: 'high' });
    expect(lastNotification?.coherenceMean).toBeCloseTo(3, 1);
    expect(lastNotification?.volatilityIndex).toBeCloseTo(2 / 3, 2);
  });
});
