import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportBody } from '../../../src/core/drift/report.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { buildBaseline, subtract } from '../../../src/services/baselines/build-baseline.ts';
import { loadBaseline, loadBaselineFile } from '../../../src/services/baselines/load-baseline.ts';
import { evaluateWindow } from '../../../src/services/evaluation/evaluate-window.ts';
import { foldProfiles } from '../../../src/services/maintenance/fold-profiles.ts';
import { listBaselines } from '../../../src/store/baselines.ts';
import { listReports } from '../../../src/store/reports.ts';
import { withDatabase } from '../../database.ts';
import { drivenClock, NOW_MS, newStream, openIngest, send } from '../ingest/service.ts';
import { evaluationContext } from './service.ts';

const database = withDatabase();

interface Traffic {
  readonly mean: number;
  readonly n: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Payments whose amounts are normal about a mean, evenly spread over a span. */
function payments(event: ReturnType<typeof newStream>, { mean, n, fromMs, toMs }: Traffic, seed: number): object[] {
  const rng = seededRng(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
  return Array.from({ length: n }, (_, i) =>
    event(
      {
        ts: Math.floor(fromMs + ((toMs - fromMs) * i) / n),
        request: { body: { amount: Math.max(0, mean + 20 * normal()), currency: rng.next() < 0.6 ? 'USD' : 'EUR' } },
      },
      { status: 200, duration_ms: Math.max(50, 800 + 200 * normal()) },
    ),
  );
}

const QUIET = { mean: 100, n: 600, fromMs: NOW_MS - 2 * HOUR_MS, toMs: NOW_MS - HOUR_MS };
const verdictsOf = (report: ReportBody): Record<string, boolean> =>
  Object.fromEntries(Object.entries(report.checks).map(([name, check]) => [name, check.ok]));

async function tell(seed: number) {
  const event = newStream();
  const names = { service: String(event().service), endpoint: String(event().endpoint) };
  const ingest = openIngest(database());
  const clock = drivenClock();
  const deps = await evaluationContext(database(), clock);
  await send(ingest, payments(event, QUIET, seed));
  const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
  const baseline = await buildBaseline(deps, { ...names, interval });
  return { event, names, ingest, clock, deps, baseline };
}

describe('the story of the payments stream', () => {
  it('is ok while nothing changes, fails on the amount when it does, and says by how much', async () => {
    const { event, names, ingest, clock, deps, baseline } = await tell(1);
    expect(baseline).toMatchObject({ ...names, samples: 600, warnings: [], active: true });
    await send(ingest, payments(event, { ...QUIET, n: 300, fromMs: NOW_MS - 20 * MINUTE_MS, toMs: NOW_MS }, 2));
    const calm = await evaluateWindow(deps, names);
    expect([calm.status, calm.samples, calm.window_minutes]).toEqual(['ok', 300, 30]);
    clock.set(NOW_MS + 10 * MINUTE_MS);
    const late = openIngest(database(), {}, clock);
    await send(late, payments(event, { mean: 220, n: 300, fromMs: NOW_MS, toMs: NOW_MS + 10 * MINUTE_MS }, 3));
    const report = await evaluateWindow(deps, names);
    expect([report.status, report.samples]).toEqual(['fail', 600]);
    const failed = Object.entries(verdictsOf(report)).filter(([, ok]) => !ok);
    expect(failed.map(([name]) => name)).toEqual(['amount_ks']);
    expect(report.checks.amount_ks).toMatchObject({ live_n: 600, reference_n: 600, verdict: 'drift', resolution: 0 });
    expect(report.checks.amount_ks?.d).toBeGreaterThan(0.4);
    expect(report.checks.success_rate).toMatchObject({ ok: true, success_rate: 1, min: 0.995, total: 600 });
    expect(report.checks.latency_p95).toMatchObject({ ok: true, max: 2000, live_n: 600 });
  });

  it('is the same report whether the window was folded or not, and whether the cache is warm or not', async () => {
    const { event, names, ingest, deps } = await tell(4);
    for (const seed of [5, 6, 7]) {
      await send(ingest, payments(event, { ...QUIET, n: 200, fromMs: NOW_MS - 20 * MINUTE_MS, toMs: NOW_MS }, seed));
    }
    const query = { ...names, windowMinutes: 150 };
    const first = await evaluateWindow(deps, query);
    expect(await evaluateWindow(deps, query)).toEqual(first);
    await foldProfiles(database(), NOW_MS);
    expect(await evaluateWindow(deps, query)).toEqual(first);
    expect(await evaluateWindow(await evaluationContext(database()), query)).toEqual(first);
  });

  it('is stored, once for each window, and again when the answer changes', async () => {
    const { event, names, ingest, deps } = await tell(8);
    await send(ingest, payments(event, { ...QUIET, n: 60, fromMs: NOW_MS - 5 * MINUTE_MS, toMs: NOW_MS }, 9));
    await evaluateWindow(deps, names);
    await evaluateWindow(deps, names);
    await send(ingest, payments(event, { ...QUIET, n: 60, fromMs: NOW_MS - 5 * MINUTE_MS, toMs: NOW_MS }, 10));
    const latest = await evaluateWindow(deps, names);
    const [stream] = (await listBaselines(database(), { limit: 1000 })).baselines.filter(
      (b) => b.endpoint === names.endpoint,
    );
    const { reports } = await listReports(database(), { streamId: stream?.streamId ?? 0, limit: 10 });
    expect(reports.map((report) => JSON.parse(report.body))).toEqual([JSON.parse(JSON.stringify(latest))]);
  });

  it('an empty window is ok and says that there is no data', async () => {
    const { names, deps } = await tell(11);
    const report = await evaluateWindow(deps, { ...names, windowMinutes: 5 });
    expect([report.status, report.samples, report.state]).toEqual(['ok', 0, 'no_data']);
  });

  it('a window of the past is reported as it was', async () => {
    const { names, deps } = await tell(12);
    const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
    const report = await evaluateWindow(deps, { ...names, interval });
    expect([report.status, report.samples, report.window_minutes]).toEqual(['ok', 600, 60]);
    expect(report.checks.amount_ks).toMatchObject({ d: 0, p_value: 1 });
  });
});

describe('baselines', () => {
  it('the file that one writes gives the same baseline elsewhere', async () => {
    const { names, deps, baseline } = await tell(20);
    const path = join(deps.config.BASELINES_DIR, `${baseline.name}.json`);
    const document = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    expect(document).toMatchObject({ format: 'plumbline.baseline/1', ...names, samples: 600 });
    const again = await loadBaseline(deps, { ...document, name: `${baseline.name}-again` });
    const query = { ...names, interval: { startMs: QUIET.fromMs, endMs: QUIET.toMs } };
    const [one, other] = [baseline, again].map((b) => evaluateWindow(deps, { ...query, baseline: String(b.id) }));
    expect((await other)?.checks).toEqual((await one)?.checks);
  });

  it('of a start that loads a file: once, however often it starts', async () => {
    const { deps, baseline } = await tell(21);
    const path = join(deps.config.BASELINES_DIR, `${baseline.name}.json`);
    expect(await loadBaselineFile(deps, path)).toBeUndefined();
    await expect(loadBaselineFile(deps, `${path}.missing`)).rejects.toMatchObject({ code: 'invalid_baseline' });
  });

  it("the guard's own file loads, and its features are those of the guard's events", async () => {
    const event = newStream();
    const names = { service: String(event().service), endpoint: String(event().endpoint) };
    const rng = seededRng(22);
    const sample = Array.from({ length: 200 }, () => 80 + 40 * rng.next());
    const file = {
      created_at: '2026-05-04T10:00:00',
      ...names,
      samples: 400,
      numeric: {
        amount: { n: 400, mean: 100, std: 11.5, min: 80, max: 120, sample },
        latency_ms: { n: 400, p95: 990, sample: sample.map((x) => x * 8) },
      },
      categorical: { currency: { USD: 240, EUR: 160 }, status_buckets: { '2xx': 399, '5xx': 1 } },
      slo: { success_rate_min: 0.9, latency_p95_max: 1500 },
    };
    const deps = await evaluationContext(database());
    const loaded = await loadBaseline(deps, file);
    expect(loaded.features.map((feature) => [feature.path, feature.kind, feature.n, feature.missing])).toEqual([
      ['request.body.amount', 'numeric', 400, 0],
      ['request.body.currency', 'categorical', 400, 0],
      ['response.duration_ms', 'numeric', 400, 0],
    ]);
    await send(
      openIngest(database()),
      payments(event, { ...QUIET, n: 200, fromMs: NOW_MS - 9 * MINUTE_MS, toMs: NOW_MS }, 23),
    );
    const report = await evaluateWindow(deps, names);
    expect(report.checks.amount_ks).toMatchObject({ reference_n: 200, live_n: 200 });
    expect(report.checks.success_rate).toMatchObject({ min: 0.9 });
    expect(report.checks.latency_p95).toMatchObject({ max: 1500 });
  });

  it('of few events, or of a window that breaks its own SLO, is made with a warning', async () => {
    const event = newStream();
    const names = { service: String(event().service), endpoint: String(event().endpoint) };
    await send(openIngest(database()), [event({}, { status: 500, duration_ms: 9000 }), event()]);
    const { warnings } = await buildBaseline(await evaluationContext(database()), names);
    expect(warnings).toHaveLength(3);
    expect(warnings.join()).toMatch(/only 2 events.*success_rate.*latency_p95/);
  });

  it('leaves out what it is told to', async () => {
    const { names, deps } = await tell(24);
    const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
    const exclude = [{ startMs: QUIET.fromMs + 10 * MINUTE_MS, endMs: QUIET.fromMs + 20 * MINUTE_MS }];
    const { samples } = await buildBaseline(deps, { ...names, interval, exclude, name: `without-${NOW_MS}` });
    // The whole minutes at both ends go too: 11 of 60.
    expect(samples).toBe(600 - 110);
  });

  it.each([
    ['no events', { windowMs: MINUTE_MS }, 'no_events'],
    ['a name that is a path', { name: '../../etc/passwd' }, 'invalid_baseline'],
  ])('is refused: %s', async (_, query, code) => {
    const { names, deps } = await tell(25);
    await expect(buildBaseline(deps, { ...names, ...query })).rejects.toMatchObject({ code });
  });

  it('a taken name is refused, and so is a stream that never was', async () => {
    const { names, deps, baseline } = await tell(26);
    const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
    await expect(buildBaseline(deps, { ...names, interval, name: baseline.name })).rejects.toMatchObject({
      code: 'conflict',
    });
    const nobody = { service: 'nobody', endpoint: 'nothing' };
    await expect(buildBaseline(deps, nobody)).rejects.toMatchObject({ code: 'stream_not_found' });
  });
});

describe('which stream', () => {
  it('without a baseline: the command that makes one', async () => {
    const event = newStream();
    await send(openIngest(database()), [event()]);
    const names = { service: String(event().service), endpoint: String(event().endpoint) };
    const asked = evaluateWindow(await evaluationContext(database()), names);
    await expect(asked).rejects.toMatchObject({
      code: 'baseline_not_found',
      message: expect.stringContaining('plumbline baseline build'),
    });
  });

  it('several with a baseline: all are named', async () => {
    const [a, b] = [await tell(30), await tell(31)];
    const asked = evaluateWindow(a.deps, {});
    await expect(asked).rejects.toMatchObject({
      code: 'ambiguous_stream',
      message: expect.stringContaining(b.names.endpoint),
    });
  });

  it('service without endpoint is refused', async () => {
    const asked = evaluateWindow(await evaluationContext(database()), { service: 'payments' });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

it('subtract leaves the pieces between', () => {
  const whole = { startMs: 0, endMs: 10 };
  expect(subtract(whole, [])).toEqual([whole]);
  expect(
    subtract(whole, [
      { startMs: 3, endMs: 5 },
      { startMs: 4, endMs: 6 },
    ]),
  ).toEqual([
    { startMs: 0, endMs: 3 },
    { startMs: 6, endMs: 10 },
  ]);
  expect(subtract(whole, [{ startMs: -5, endMs: 20 }])).toEqual([]);
});
