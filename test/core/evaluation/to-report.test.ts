import { describe, expect, it } from 'vitest';
import { evaluate, type Question } from '../../../src/core/evaluation/evaluate.ts';
import { toReport } from '../../../src/core/evaluation/to-report.ts';
import { emptyProfile, type Profile } from '../../../src/core/profile/profile.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import {
  CALIBRATED,
  CLASSIC,
  categories,
  draw,
  multinomial,
  normal,
  numbers,
  profileOf,
  statuses,
} from '../drift/pairs.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const context: Question = {
  generatedAtMs: NOW,
  windowMinutes: 30,
  window: { startMs: NOW - 1_805_006, endMs: NOW - 5_006 },
  stream: { service: 'payments', endpoint: '/charge' },
  reference: { kind: 'baseline', baseline: { id: 3, name: 'first', createdAtMs: NOW - 86_400_000 }, windows: [] },
  settings: CALIBRATED,
};

/** The payments stream of the contract. */
function payments(seed: string, n: number, mean = 100): Profile {
  const rng = seededRng(seed);
  const [USD = 0, CAD = 0, EUR = 0] = multinomial(rng, n, [6, 3, 1]);
  const features = {
    'request.body.amount': numbers(draw(n, () => Math.max(0, normal(rng, mean, 20)))),
    'request.body.currency': categories([
      ['USD', USD],
      ['CAD', CAD],
      ['EUR', EUR],
    ]),
    'response.duration_ms': numbers(draw(n, () => Math.max(50, normal(rng, 800, 200)))),
  };
  return { ...profileOf(n, features), statuses: statuses(n) };
}

const baseline = payments('baseline', 200);
const draw31 = Array.from({ length: 31 }, (_, i) => i);

const buildReport = (reference: Profile, current: Profile, question: Question) =>
  toReport(evaluate(reference, current, question));

describe('toReport', () => {
  it('has the contract’s fields, with their names', () => {
    const report = buildReport(baseline, payments('quiet', 700), context);
    expect(report).toMatchObject({
      generated_at: '2026-01-02T03:04:05.006Z',
      window_minutes: 30,
      samples: 700,
      status: 'ok',
      state: 'ok',
      service: 'payments',
      endpoint: '/charge',
      policy: 'calibrated',
      not_tested: [],
      added_features: [],
      window_start: '2026-01-02T02:34:00.000Z',
      window_end: '2026-01-02T03:04:00.000Z',
      baseline: { id: 3, name: 'first', created_at: '2026-01-01T03:04:05.006Z' },
    });
    expect(report.checks.amount_ks).toMatchObject({
      ok: true,
      p_value: expect.any(Number),
      d: expect.any(Number),
      live_n: 700,
      reference_n: 200,
      state: 'ok',
      verdict: 'no_drift',
      resolution: 0,
      method: 'exact',
      feature: 'request.body.amount',
      test: 'ks',
      at: expect.any(Number),
      effect: expect.any(Number),
      p_adjusted: expect.any(Number),
      floor: 0.05,
    });
    expect(report.checks.currency_psi).toMatchObject({
      ok: true,
      psi: expect.any(Number),
      live_n: 700,
      live_counts: { USD: expect.any(Number), CAD: expect.any(Number), EUR: expect.any(Number) },
    });
    expect(report.checks.success_rate).toEqual({
      ok: true,
      success_rate: 1,
      min: 0.995,
      total: 700,
      failure_status: ['5xx'],
      p_value: 1,
      state: 'ok',
      verdict: 'no_drift',
      effect: 0,
    });
    expect(report.checks.latency_p95).toEqual({
      ok: true,
      p95: expect.any(Number),
      max: 2000,
      live_n: 700,
      p_value: 1,
      state: 'ok',
      verdict: 'no_drift',
      effect: expect.any(Number),
    });
  });

  it('with the preset of Guard has the names and fields that its clients read, whatever the window holds', () => {
    const settings = { ...CALIBRATED, policy: 'classic' as const, preset: 'guard' as const, floors: {} };
    const guard = { ...context, settings };
    const full = buildReport(baseline, payments('main', 700), guard).checks;
    expect(full.amount_ks).toMatchObject({ ok: true, p_value: expect.any(Number), d: expect.any(Number), live_n: 700 });
    const counts = { USD: expect.any(Number), CAD: expect.any(Number), EUR: expect.any(Number) };
    expect(full.currency_psi).toMatchObject({ ok: true, psi: expect.any(Number), live_counts: counts });
    const few = buildReport(baseline, payments('few', 49), guard).checks;
    expect(few.amount_ks).toMatchObject({ ok: true, reason: 'insufficient_samples', live_n: 49, d: null });
    expect(few.currency_psi).toMatchObject({ ok: true, psi: expect.any(Number) });
    const empty = buildReport(baseline, emptyProfile(), guard).checks;
    expect(empty.amount_ks).toMatchObject({ ok: true, reason: 'insufficient_samples', live_n: 0 });
    expect(empty.currency_psi).toMatchObject({ ok: true, psi: null, live_counts: {} });
    expect(empty.success_rate).toMatchObject({ ok: true, success_rate: null, min: 0.995, total: 0 });
    expect(empty.latency_p95).toMatchObject({ ok: true, p95: null, max: 2000, live_n: 0 });
    for (const checks of [full, few, empty])
      expect(Object.keys(checks)).toEqual([
        'amount_ks',
        'currency_psi',
        'duration_ms_ks',
        'success_rate',
        'latency_p95',
      ]);
  });

  it('orders drift checks by feature, then the service levels', () => {
    expect(Object.keys(buildReport(baseline, payments('order', 100), context).checks)).toEqual([
      'amount_ks',
      'amount_missing',
      'currency_psi',
      'currency_missing',
      'currency_unseen',
      'duration_ms_ks',
      'duration_ms_missing',
      'success_rate',
      'latency_p95',
    ]);
  });

  it('fails when amounts double, and only there', () => {
    const report = buildReport(baseline, payments('drift', 500, 220), context);
    expect(report).toMatchObject({ status: 'fail', state: 'drift' });
    const failed = Object.entries(report.checks).filter(([, check]) => !check.ok);
    expect(failed.map(([name]) => name)).toEqual(['amount_ks']);
    expect(failed[0]?.[1]).toMatchObject({ state: 'drift', verdict: 'drift' });
  });

  it('fails on a broken service level alone', () => {
    const slow = {
      ...context,
      settings: { ...CALIBRATED, slo: { successMin: 1, failureStatus: ['5xx'], p95MaxMs: 900 } },
    };
    const report = buildReport(baseline, { ...payments('slow', 300), statuses: statuses(300, 1) }, slow);
    expect(report).toMatchObject({ status: 'fail', state: 'slo_breach' });
    expect(report.checks.success_rate).toMatchObject({ ok: false, state: 'slo_breach', min: 1 });
    expect(report.checks.latency_p95).toMatchObject({ ok: false, max: 900 });
    expect(report.checks.success_rate).toMatchObject({ verdict: 'drift', effect: 1 / 300 });
  });

  it('an empty window is ok everywhere, and says that there is no data', () => {
    const report = buildReport(baseline, emptyProfile(), context);
    expect(report).toMatchObject({ status: 'ok', state: 'no_data', samples: 0 });
    const checks = Object.values(report.checks);
    expect(checks.length).toBe(9);
    for (const check of checks)
      expect(check).toMatchObject({ ok: true, reason: 'insufficient_samples', live_n: 0, state: 'no_data' });
    expect(report.checks.currency_psi).toMatchObject({ psi: null, live_counts: {} });
    expect(report.checks.success_rate).toMatchObject({ success_rate: null, min: 0.995, total: 0 });
    expect(report.checks.latency_p95).toMatchObject({ p95: null, max: 2000 });
    for (const name of ['success_rate', 'latency_p95'])
      expect(report.checks[name]).toMatchObject({ verdict: 'inconclusive', effect: null, state: 'no_data' });
  });

  it('too few rows are ok beside the reason, and inconclusive', () => {
    const report = buildReport(baseline, payments('few', 12), context);
    const few = {
      ok: true,
      reason: 'insufficient_samples',
      live_n: 12,
      verdict: 'inconclusive',
      state: 'inconclusive',
    };
    expect(report.checks.amount_ks).toMatchObject(few);
    expect(report.checks.currency_psi).toMatchObject({ ...few, psi: null, live_counts: {} });
    expect(report).toMatchObject({ status: 'ok', state: 'inconclusive' });
  });

  it('no distribution that could be compared is not an all-clear, whatever else passes', () => {
    const report = buildReport(
      profileOf(31, { amount: numbers(draw31) }),
      profileOf(31, { amount: numbers(draw31) }),
      context,
    );
    expect(report.checks.amount_missing).toMatchObject({ ok: true, verdict: 'no_drift' });
    expect(report).toMatchObject({
      state: 'inconclusive',
      verdicts: { tested: 2, drift: 0, no_drift: 1, inconclusive: 1 },
    });
  });

  it('says where a drift is, and which way it went', () => {
    const doubled = buildReport(baseline, payments('drift', 500, 220), context).checks.amount_ks;
    expect(doubled).toMatchObject({ direction: 'higher', at: expect.any(Number), median: expect.any(Object) });
    const odd = categories([
      ['USD', 20],
      ['CAD', 60],
      ['EUR', 20],
    ]);
    const { checks } = buildReport(
      baseline,
      { ...payments('odd', 100), features: new Map([['request.body.currency', odd]]) },
      context,
    );
    expect(checks.currency_psi).toMatchObject({ verdict: 'drift', at: 'USD', direction: 'lower' });
    expect(checks.amount_missing).toMatchObject({ verdict: 'drift', direction: 'higher' });
  });

  it('kl keeps the direction that it has always had', () => {
    const question = { ...context, settings: { ...CALIBRATED, tests: ['kl'] } };
    const { checks } = buildReport(baseline, payments('kl', 300, 220), question);
    expect(checks.amount_kl).toMatchObject({ verdict: 'drift', direction: 'reference || current' });
  });

  it('classic runs ks and psi with the plain rules, psi from one row on', () => {
    const report = buildReport(baseline, payments('classic', 3), { ...context, settings: CLASSIC });
    expect(Object.keys(report.checks)).toEqual([
      'amount_ks',
      'currency_psi',
      'duration_ms_ks',
      'success_rate',
      'latency_p95',
    ]);
    expect(report.policy).toBe('classic');
    expect(report.checks.currency_psi).toMatchObject({ psi: expect.any(Number), p_adjusted: null, floor: null });
  });

  it('features and categories of any name are ordinary keys', () => {
    const odd = profileOf(60, {
      ['__proto__']: categories([
        ['__proto__', 30],
        ['constructor', 30],
      ]),
      constructor: numbers(Array.from({ length: 60 }, (_, i) => i)),
      toString: categories([['hasOwnProperty', 60]]),
    });
    const body = JSON.parse(JSON.stringify(buildReport(odd, odd, context))) as { checks: object; status: string };
    expect(body.status).toBe('ok');
    expect(Object.keys(body.checks)).toEqual(
      expect.arrayContaining(['constructor_ks', 'toString_psi', '__proto___psi']),
    );
    expect(JSON.stringify(body)).toContain('"live_counts":{"__proto__":30,"constructor":30}');
  });

  it('survives JSON unchanged: no NaN, no Infinity, no undefined', () => {
    for (const current of [emptyProfile(), payments('one', 1), payments('many', 900), payments('far', 400, 1e300)]) {
      const report = buildReport(baseline, current, context);
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    }
  });

  it('names a feature that is neither tested nor known', () => {
    const ids = categories(Array.from({ length: 100 }, (_, i) => [`order-${i}`, 1] as const));
    const report = buildReport(
      profileOf(100, { 'request.order': ids }),
      profileOf(10, { fresh: numbers([1]) }),
      context,
    );
    expect(report.added_features).toEqual(['fresh']);
    expect(report.not_tested).toEqual([
      { feature: 'request.order', reason: expect.any(String), cardinality: 0, missing_share: 1 },
    ]);
    expect(report.checks.order_missing).toMatchObject({ ok: false, missing_share: 1 });
  });
});
