import type { ReportBody } from '../../../src/core/drift/report.ts';

export type Check = ReportBody['checks'][string];

export const WINDOW = { window_start: '2026-05-04T11:00:00.000Z', window_end: '2026-05-04T12:00:00.000Z' };

/** What a drift test says of a feature. */
export function drift(
  feature: string,
  effect: number | null,
  changed: Record<string, string | number | null> = {},
): Check {
  return {
    ...{ ok: false, state: 'drift', verdict: 'drift', feature, test: 'ks', live_n: 500, reference_n: 200 },
    ...{ p_value: 1.2345e-9, effect, floor: 0.1, p_adjusted: 2.469e-9, resolution: 0.01, method: 'exact' },
    ...changed,
  };
}

export function calm(feature: string): Check {
  return { ...drift(feature, 0.01), ok: true, state: 'ok', verdict: 'no_drift' };
}

export function unsure(feature: string): Check {
  return { ...drift(feature, null), ok: true, state: 'inconclusive', verdict: 'inconclusive', live_n: 4 };
}

export const SUCCESS: Check = { ok: true, success_rate: 1, min: 0.995, total: 500, state: 'ok' };
export const FAILURES: Check = { ok: false, success_rate: 0.912345, min: 0.995, total: 500, state: 'slo_breach' };
export const SLOW: Check = { ok: false, p95: 2345.678, max: 2000, live_n: 400, state: 'slo_breach' };

/** A report as `buildReport` makes it, of the checks alone. */
export function reportOf(checks: Readonly<Record<string, Check>>, changed: Partial<ReportBody> = {}): ReportBody {
  const has = (state: Check['state']) => Object.values(checks).some((check) => check.state === state);
  const isUnsure = has('inconclusive') && !Object.values(checks).some(({ verdict }) => verdict === 'no_drift');
  const state = has('drift') ? 'drift' : has('slo_breach') ? 'slo_breach' : isUnsure ? 'inconclusive' : 'ok';
  return {
    ...{ generated_at: '2026-05-04T12:00:10.000Z', window_minutes: 60, samples: 500, checks, state, ...WINDOW },
    status: has('drift') || has('slo_breach') ? 'fail' : 'ok',
    ...{ service: 'payments_api', endpoint: 'POST /v2/payments', policy: 'calibrated' },
    baseline: { id: 3, name: 'payments', created_at: '2026-03-01T00:00:00.000Z' },
    ...{ reference: { kind: 'baseline' }, not_tested: [], added_features: [] },
    ...changed,
  };
}

export const EMPTY: ReportBody = reportOf(
  { amount_ks: { ok: true, state: 'no_data', verdict: 'inconclusive', feature: 'amount', live_n: 0 } },
  { samples: 0, state: 'no_data' },
);
