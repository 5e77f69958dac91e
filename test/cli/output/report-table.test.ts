import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import type { Report } from '../../../src/api/reports.ts';
import { renderReport } from '../../../src/cli/output/report-table.ts';
import { renderTable } from '../../../src/cli/output/table.ts';
import { amount } from '../../../src/core/format/amounts.ts';
import { fakeTerminal } from '../fake-terminal.ts';

const { colors } = fakeTerminal();

const REPORT: Report = {
  generated_at: '2026-01-01T10:00:00.000Z',
  window_minutes: 30,
  status: 'fail',
  state: 'drift',
  samples: 700,
  service: 'payments_api',
  endpoint: 'POST /v2/payments',
  policy: 'calibrated',
  window_start: '2026-01-01T09:30:00.000Z',
  window_end: '2026-01-01T10:00:00.000Z',
  baseline: { id: 1, name: 'payments', created_at: '2025-12-31T00:00:00.000Z' },
  reference: { kind: 'baseline' },
  added_features: [],
  checks: {
    currency_psi: {
      ok: true,
      state: 'ok',
      verdict: 'no_drift',
      effect: 0.0123456,
      p_adjusted: 0.64,
      resolution: 0,
      live_n: 700,
    },
    amount_ks: {
      ok: false,
      state: 'drift',
      verdict: 'drift',
      effect: 0.7134,
      p_adjusted: 1e-40,
      resolution: 0.0028,
      live_n: 700,
    },
    color_chi2: {
      ok: true,
      state: 'inconclusive',
      verdict: 'inconclusive',
      effect: null,
      p_adjusted: null,
      resolution: null,
      live_n: 3,
      reason: 'insufficient_samples',
    },
    success_rate: { ok: true, state: 'ok', success_rate: 0.9971, min: 0.995, total: 700 },
    latency_p95: { ok: false, state: 'slo_breach', p95: 2103.4, max: 2000, live_n: 700 },
  },
  not_tested: [
    {
      feature: 'request.body.id',
      reason: 'nearly every value is distinct',
      cardinality: 700,
      missing_share: 0,
    },
  ],
};

test('a report is a table with failed checks first, and a status that names them', () => {
  expect(renderReport(REPORT, colors).join('\n')).toBe(
    [
      'payments_api POST /v2/payments  700 events, 2026-01-01 09:30 – 10:00 UTC',
      'against baseline payments, policy calibrated',
      '',
      'feature       test  verdict       effect    p adjusted  resolution    n  reason',
      '────────────  ────  ────────────  ────────  ──────────  ──────────  ───  ────────────────────',
      'amount        ks    drift         0.713     <1e-6       ±0.0028     700',
      'latency_p95   slo   broken        2,103 ms                          700  at most 2,000 ms',
      'currency      psi   no drift      0.0123    0.64                    700',
      'color         chi2  inconclusive                                      3  insufficient_samples',
      'success_rate  slo   kept          99.71 %                           700  at least 99.5 %',
      '',
      'not tested: request.body.id: nearly every value is distinct',
      '',
      'FAIL  amount_ks, latency_p95',
    ].join('\n'),
  );
});

test('the status is OK, with a note that there are no events', () => {
  const quiet = { ...REPORT, status: 'ok', checks: {} } as const;
  expect(renderReport(quiet, colors).at(-1)).toBe('OK');
  expect(renderReport({ ...quiet, state: 'no_data' }, colors).at(-1)).toMatch(/^OK .*no events/);
});

test('colors have no width, and numbers are aligned to the right', () => {
  const { red } = picocolors.createColors(true);
  const lines = renderTable(
    ['a', 'n'],
    [
      [red('xyz'), red('5')],
      ['x', '12,000'],
    ],
  );
  expect(lines[2]).toContain('\x1b[31m');
  expect(lines.map((line) => stripVTControlCharacters(line))).toEqual([
    'a         n',
    '───  ──────',
    'xyz       5',
    'x    12,000',
  ]);
});

test('amounts have three significant digits', () => {
  expect([0, 0.123456, 1234.5, 0.00001234, null, undefined].map(amount)).toEqual([
    '0',
    '0.123',
    '1230',
    '1.2e-5',
    '',
    '',
  ]);
});
