import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toReport } from '../../../src/core/evaluation/to-report.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { loadBaseline, loadBaselineFile } from '../../../src/services/baselines/load-baseline.ts';
import { evaluateWindow } from '../../../src/services/evaluation/evaluate-window.ts';
import { findBaseline } from '../../../src/store/baselines.ts';
import { withDatabase } from '../../database.ts';
import { evaluationContext } from '../evaluation/context.ts';
import { openPayments, payments, QUIET } from '../evaluation/payments.ts';
import { NOW_MS, newStream, openIngest, send } from '../ingest/service.ts';

const database = withDatabase();

describe('a baseline', () => {
  it('the file that one writes gives the same baseline elsewhere', async () => {
    const { names, context, baseline } = await openPayments(database(), 20);
    const path = join(context.config.BASELINES_DIR, `${baseline.name}.json`);
    const document = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    expect(document).toMatchObject({ format: 'plumbline.baseline/1', ...names, samples: 600 });
    const again = await loadBaseline(context, { ...document, name: `${baseline.name}-again` });
    const query = { ...names, interval: { startMs: QUIET.fromMs, endMs: QUIET.toMs } };
    const [one, other] = [baseline, again].map((b) => evaluateWindow(context, { ...query, baseline: String(b.id) }));
    expect((await other)?.checks).toEqual((await one)?.checks);
  });

  it('of a start that loads a file: once, however often it starts', async () => {
    const { context, baseline } = await openPayments(database(), 21);
    const path = join(context.config.BASELINES_DIR, `${baseline.name}.json`);
    expect(await loadBaselineFile(context, path)).toBeUndefined();
    await expect(loadBaselineFile(context, `${path}.missing`)).rejects.toMatchObject({ code: 'invalid_baseline' });
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
    const context = await evaluationContext(database());
    const loaded = await loadBaseline(context, file);
    expect(loaded.features.map((feature) => [feature.path, feature.kind, feature.n, feature.missing])).toEqual([
      ['request.body.amount', 'numeric', 400, 0],
      ['request.body.currency', 'categorical', 400, 0],
      ['response.duration_ms', 'numeric', 400, 0],
    ]);
    await send(
      openIngest(database()),
      payments(event, { ...QUIET, n: 200, fromMs: NOW_MS - 9 * MINUTE_MS, toMs: NOW_MS }, 23),
    );
    const report = toReport(await evaluateWindow(context, names));
    expect(report.checks.amount_ks).toMatchObject({ reference_n: 200, live_n: 200 });
    expect(report.checks.success_rate).toMatchObject({ min: 0.9, failure_status: ['not 2xx'] });
    expect(report.checks.latency_p95).toMatchObject({ max: 1500 });
  });

  it('of a file from before 2xx was a choice keeps it, unless the file says otherwise', async () => {
    const { context, baseline } = await openPayments(database(), 24);
    const path = join(context.config.BASELINES_DIR, `${baseline.name}.json`);
    const { profile, slo, ...document } = JSON.parse(await readFile(path, 'utf8'));
    expect(slo).toEqual({});
    // No events, no features: the shortest profile of version 1.
    const old = { ...document, profile: Buffer.of(1, 0, 0, 0, 0).toString('base64') };
    const sloOf = async (name: string, file: object) => {
      const { id } = await loadBaseline(context, { ...file, name: `${baseline.name}-${name}` });
      return (await findBaseline(database(), id))?.slo;
    };
    expect(await sloOf('old', old)).toEqual({ failureStatus: ['not 2xx'] });
    expect(await sloOf('old-but-says', { ...old, slo: { failure_status: ['5xx', 429] } })).toEqual({
      failureStatus: ['5xx', '429'],
    });
    expect(await sloOf('new', { ...document, profile })).toEqual({});
  });
});
