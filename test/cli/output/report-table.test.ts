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
      feature: 'request.body.currency',
      effect: 0.0123456,
      p_adjusted: 0.64,
      resolution: 0,
      live_n: 700,
    },
    amount_ks: {
      ok: false,
      state: 'drift',
      verdict: 'drift',
      feature: 'request.body.amount',
      median: { reference: 102.3456, current: 210.4 },
      effect: 0.7134,
      p_adjusted: 1e-40,
      resolution: 0.0028,
      live_n: 700,
    },
    color_chi2: {
      ok: true,
      state: 'inconclusive',
      verdict: 'inconclusive',
      feature: 'request.body.color',
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

/** A check in which nothing drifted. */
const QUIET = { ok: true, state: 'ok', verdict: 'no_drift', effect: 0, p_adjusted: 1, live_n: 700 } as const;

test('a report is a table with failed checks first, and a status that names them', () => {
  expect(renderReport(REPORT, colors, true).join('\n')).toBe(
    [
      'payments_api POST /v2/payments  700 events, 2026-01-01 09:30 – 10:00 UTC',
      'against baseline payments, policy calibrated',
      '',
      'feature       test  verdict       change            effect  p adjusted  resolution    n  note',
      '────────────  ────  ────────────  ────────────────  ──────  ──────────  ──────────  ───  ────────────────────',
      'amount        ks    drift         median 102 → 210   0.713  <1e-6       ±0.0028     700',
      'latency_p95   slo   broken        2,103 ms                                          700  at most 2,000 ms',
      'currency      psi   no drift                        0.0123  0.64                    700',
      'color         chi2  inconclusive                                                      3  insufficient_samples',
      'success_rate  slo   kept          99.71 %                                           700  at least 99.5 %',
      '',
      'not tested: request.body.id: nearly every value is distinct',
      '',
      'FAIL  amount_ks, latency_p95',
    ].join('\n'),
  );
});

test('what did not drift is counted, unless all of it is asked for', () => {
  const lines = renderReport(REPORT, colors);
  expect(lines.join('\n')).not.toMatch(/^(currency|color) /m);
  expect(lines).toContain('1 more feature without change; --all shows it');
  expect(lines).toContain('1 more feature that the tests cannot say anything of; --all shows why');
});

test('another test of a feature that drifted is not counted as a feature without change', () => {
  const { amount_ks, success_rate } = REPORT.checks;
  const checks = {
    amount_ks,
    amount_missing: { ...QUIET, feature: 'request.body.amount' },
    success_rate,
  } as Report['checks'];
  expect(renderReport({ ...REPORT, checks }, colors).join('\n')).not.toContain('without change');
});

test('where nothing drifted the features are counted by themselves', () => {
  const checks = Object.fromEntries(
    ['a', 'b', 'c'].flatMap((feature) =>
      ['ks', 'missing'].map((method) => [`${feature}_${method}`, { ...QUIET, feature, test: method }]),
    ),
  );
  const lines = renderReport({ ...REPORT, status: 'ok', state: 'ok', checks }, colors);
  expect(lines).toContain('3 features without change; --all shows them');
  expect(lines.at(-1)).toBe('OK');
});

test('a level without events has no data, and is neither kept nor broken', () => {
  const empty = { ok: true, state: 'no_data', reason: 'insufficient_samples', live_n: 0 };
  const checks = {
    success_rate: { ...empty, success_rate: null, min: 0.995, total: 0 },
    latency_p95: { ...empty, p95: null, max: 2000 },
  };
  const text = renderReport({ ...REPORT, status: 'ok', state: 'no_data', checks }, colors).join('\n');
  expect(text).toMatch(/success_rate +slo +no data +0 +at least 99.5 %/);
  expect(text).toMatch(/latency_p95 +slo +no data +0 +at most 2,000 ms/);
  expect(text).not.toContain('kept');
});

test('a level that is just missed does not read as its target', () => {
  const checks = {
    success_rate: { ok: false, state: 'slo_breach', success_rate: 0.994999, min: 0.995, total: 200_000 },
    latency_p95: { ok: false, state: 'slo_breach', p95: 2000.4, max: 2000, live_n: 9 },
  };
  const text = renderReport({ ...REPORT, checks }, colors).join('\n');
  expect(text).toMatch(/broken +99.4999 % +200,000 +at least 99.5 %/);
  expect(text).toMatch(/broken +2,000.4 ms +9 +at most 2,000 ms/);
});

test('many features that are not tested are counted', () => {
  const notTested = Array.from({ length: 12 }, (_, i) => ({ ...REPORT.not_tested[0], feature: `id${i}` }));
  const report = { ...REPORT, not_tested: notTested as Report['not_tested'] };
  const linesOf = (all: boolean) => renderReport(report, colors, all).filter((line) => line.includes('not tested'));
  expect(linesOf(true)).toHaveLength(12);
  expect(linesOf(false).at(-1)).toBe('9 more not tested; --all shows them');
});

test('the status is OK, with a note where there is nothing to go by', () => {
  const quiet = { ...REPORT, status: 'ok', state: 'ok', checks: {} } as const;
  expect(renderReport(quiet, colors).at(-1)).toBe('OK');
  expect(renderReport({ ...quiet, state: 'no_data' }, colors).at(-1)).toMatch(/^OK .*no events/);
  expect(renderReport({ ...quiet, state: 'inconclusive' }, colors).at(-1)).toMatch(/^OK .*no test/);
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
