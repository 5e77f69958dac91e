import { describe, expect, it } from 'vitest';
import { type ReportBody, toReport } from '../../../src/core/evaluation/to-report.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { evaluateWindow } from '../../../src/services/evaluation/evaluate-window.ts';
import { foldProfiles } from '../../../src/services/maintenance/fold-profiles.ts';
import { listBaselines } from '../../../src/store/baselines.ts';
import { listReports } from '../../../src/store/reports.ts';
import { withDatabase } from '../../database.ts';
import { NOW_MS, openIngest, send } from '../ingest/service.ts';
import { evaluationContext } from './context.ts';
import { openPayments, payments, QUIET } from './payments.ts';

const database = withDatabase();

const reportOf = async (...question: Parameters<typeof evaluateWindow>): Promise<ReportBody> =>
  toReport(await evaluateWindow(...question));
const verdictsOf = (report: ReportBody): Record<string, boolean> =>
  Object.fromEntries(Object.entries(report.checks).map(([name, check]) => [name, check.ok]));

describe('the story of the payments stream', () => {
  it('is ok while nothing changes, fails on the amount when it does, and says by how much', async () => {
    const { event, names, ingest, clock, context, baseline } = await openPayments(database(), 1);
    expect(baseline).toMatchObject({ ...names, samples: 600, warnings: [], active: true });
    await send(ingest, payments(event, { ...QUIET, n: 300, fromMs: NOW_MS - 20 * MINUTE_MS, toMs: NOW_MS }, 2));
    const calm = await reportOf(context, names);
    expect([calm.status, calm.samples, calm.window_minutes]).toEqual(['ok', 300, 30]);
    clock.set(NOW_MS + 10 * MINUTE_MS);
    const late = openIngest(database(), {}, clock);
    await send(late, payments(event, { mean: 220, n: 300, fromMs: NOW_MS, toMs: NOW_MS + 10 * MINUTE_MS }, 3));
    const report = await reportOf(context, names);
    expect([report.status, report.samples]).toEqual(['fail', 600]);
    const failed = Object.entries(verdictsOf(report)).filter(([, ok]) => !ok);
    expect(failed.map(([name]) => name)).toEqual(['amount_ks']);
    expect(report.checks.amount_ks).toMatchObject({ live_n: 600, reference_n: 600, verdict: 'drift', resolution: 0 });
    expect(report.checks.amount_ks?.d).toBeGreaterThan(0.4);
    expect(report.checks.success_rate).toMatchObject({ ok: true, success_rate: 1, min: 0.995, total: 600 });
    expect(report.checks.latency_p95).toMatchObject({ ok: true, max: 2000, live_n: 600 });
  });

  it('is the same report whether the window was folded or not, and whether the cache is warm or not', async () => {
    const { event, names, ingest, context } = await openPayments(database(), 4);
    for (const seed of [5, 6, 7]) {
      await send(ingest, payments(event, { ...QUIET, n: 200, fromMs: NOW_MS - 20 * MINUTE_MS, toMs: NOW_MS }, seed));
    }
    const query = { ...names, windowMinutes: 150 };
    const first = await evaluateWindow(context, query);
    expect(await evaluateWindow(context, query)).toEqual(first);
    await foldProfiles(database(), NOW_MS);
    expect(await evaluateWindow(context, query)).toEqual(first);
    expect(await evaluateWindow(await evaluationContext(database()), query)).toEqual(first);
  });

  it('is stored, once for each window, and again when the answer changes', async () => {
    const { event, names, ingest, context } = await openPayments(database(), 8);
    await send(ingest, payments(event, { ...QUIET, n: 60, fromMs: NOW_MS - 5 * MINUTE_MS, toMs: NOW_MS }, 9));
    await evaluateWindow(context, names);
    await evaluateWindow(context, names);
    await send(ingest, payments(event, { ...QUIET, n: 60, fromMs: NOW_MS - 5 * MINUTE_MS, toMs: NOW_MS }, 10));
    const latest = await evaluateWindow(context, names);
    const [stream] = (await listBaselines(database(), { limit: 1000 })).baselines.filter(
      (b) => b.endpoint === names.endpoint,
    );
    const { reports } = await listReports(database(), { streamId: stream?.streamId ?? 0, limit: 10 });
    expect(reports.map(({ evaluation }) => evaluation)).toEqual([latest]);
  });

  it('an empty window is ok and says that there is no data', async () => {
    const { names, context } = await openPayments(database(), 11);
    const report = await reportOf(context, { ...names, windowMinutes: 5 });
    expect([report.status, report.samples, report.state]).toEqual(['ok', 0, 'no_data']);
  });

  it('a window of the past is reported as it was', async () => {
    const { names, context } = await openPayments(database(), 12);
    const interval = { startMs: QUIET.fromMs, endMs: QUIET.toMs };
    const report = await reportOf(context, { ...names, interval });
    expect([report.status, report.samples, report.window_minutes]).toEqual(['ok', 600, 60]);
    expect(report.checks.amount_ks).toMatchObject({ d: 0, p_value: 1 });
  });
});
