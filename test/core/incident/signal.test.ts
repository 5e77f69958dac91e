import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/core/drift/report.ts';
import { DEFAULT_SEVERITY, NO_DATA_GROUP, severityOf, signalsOf } from '../../../src/core/incident/signal.ts';
import { CALIBRATED, CLASSIC, numbers, profileOf } from '../drift/pairs.ts';
import { calm, drift, EMPTY, FAILURES, reportOf, SLOW, SUCCESS, unsure, WINDOW } from './reports.ts';

const RULES = DEFAULT_SEVERITY;
const END_MS = Date.parse(WINDOW.window_end);

/** What the monitor as a whole is told. */
function allOf(checks: Parameters<typeof reportOf>[0], rules = RULES) {
  const signal = signalsOf(reportOf(checks), rules, 'monitor', []).get('all');
  if (signal === undefined) throw new Error('there is no signal');
  return signal;
}

describe('signalsOf', () => {
  it('tells the window it comes from', () => {
    for (const signal of signalsOf(reportOf({ amount_ks: drift('amount', 0.2) }), RULES, 'monitor', []).values()) {
      expect(signal).toMatchObject({ slotMs: END_MS, windowMs: 3_600_000 });
    }
  });

  it.each([
    [0.5, 'info'],
    [0.7499, 'info'],
    [0.75, 'warning'],
    [0.9999, 'warning'],
    [1, 'critical'],
    [9, 'critical'],
  ] as const)('an effect of %s over a floor of 0.5 is %s', (effect, severity) => {
    expect(allOf({ amount_ks: drift('amount', effect, { floor: 0.5 }) }).failing).toMatchObject([{ severity }]);
  });

  it('the multiples are the monitor’s to choose', () => {
    const rules = { ...RULES, warning: 3, critical: 3 };
    const severities = [0.29, 0.31].map((effect) => allOf({ amount_ks: drift('amount', effect) }, rules).failing[0]);
    expect(severities).toMatchObject([{ severity: 'info' }, { severity: 'critical' }]);
  });

  it('the strongest stand first, and the severity is that of the worst', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (effects) => {
          const checks = Object.fromEntries(effects.map((effect, i) => [`f${i}_ks`, drift(`f${i}`, effect)]));
          const { failing, verdict } = allOf(checks);
          expect(verdict).toBe('fail');
          expect(failing.map(({ strength }) => strength)).toEqual(effects.map((e) => e / 0.1).sort((a, b) => b - a));
          expect(severityOf(failing)).toBe(failing[0]?.severity);
        },
      ),
    );
  });

  it('a broken service level is critical, a fact, and stands before all drift', () => {
    const signal = allOf({ amount_ks: drift('amount', 99), success_rate: FAILURES, latency_p95: SLOW });
    expect(signal).toMatchObject({ verdict: 'fail', isFact: true });
    expect(signal.failing.map(({ check }) => check)).toEqual(['success_rate', 'latency_p95', 'amount_ks']);
    expect(signal.failing[0]).toMatchObject({ feature: null, severity: 'critical' });
    expect(allOf({ success_rate: FAILURES }, { ...RULES, slo: 'info' }).failing).toMatchObject([{ severity: 'info' }]);
  });

  it('drift is no fact', () => {
    expect(allOf({ amount_ks: drift('amount', 99), success_rate: SUCCESS }).isFact).toBe(false);
  });

  it('says what was measured, in a line', () => {
    const texts = allOf({ success_rate: FAILURES, amount_ks: drift('amount', 0.4321) }).failing.map(({ text }) => text);
    expect(texts).toEqual([
      'success rate 91.23 % (at least 99.5 %), 500 events',
      'ks 0.432 (floor 0.1), p 2.47e-9, 500 events against 200',
    ]);
    const none = drift('amount', null, { floor: null, p_adjusted: null, p_value: null });
    expect(allOf({ amount_ks: none }).failing[0]?.text).toBe('ks drifted, 500 events against 200');
    const least = drift('amount', 0.2, { p_adjusted: 0 });
    expect(allOf({ amount_ks: least }).failing[0]?.text).toContain(', p < 1e-300,');
  });

  it.each([
    ['latency_p95', { ...SLOW, p95: 2004.9 }],
    ['success_rate', { ...FAILURES, success_rate: 0.99499 }],
  ])('a %s just missed does not read as one that is kept', (name, check) => {
    const [text = ''] = allOf({ [name]: check }).failing.map((each) => each.text);
    const [measured, limit] = [...text.matchAll(/([\d.]+) (?:ms|%)/g)].map(([, digits]) => Number(digits));
    expect(measured).toBeGreaterThan(0);
    expect(limit).toBeGreaterThan(0);
    expect(measured).not.toBe(limit);
  });

  it('a calm window passes, one that could not tell is unknown', () => {
    expect(allOf({ amount_ks: calm('amount'), success_rate: SUCCESS }).verdict).toBe('pass');
    expect(allOf({ amount_ks: unsure('amount'), success_rate: SUCCESS }).verdict).toBe('unknown');
    expect(allOf({ amount_ks: unsure('amount'), country_psi: calm('country') }).verdict).toBe('pass');
  });

  it('a window that could not tell of drift fails all the same when a service level broke', () => {
    expect(allOf({ amount_ks: unsure('amount'), success_rate: FAILURES })).toMatchObject({
      verdict: 'fail',
      isFact: true,
    });
  });

  it('drift below what the monitor asks for is none', () => {
    const share = reportOf(
      { amount_ks: drift('amount', 9), country_psi: calm('country') },
      { state: 'ok', status: 'ok' },
    );
    expect(signalsOf(share, RULES, 'monitor', []).get('all')).toMatchObject({ verdict: 'pass', failing: [] });
  });

  it('drift below what the monitor asks for is none beside a broken service level either', () => {
    const checks = { amount_ks: drift('amount', 9), country_psi: calm('country'), success_rate: FAILURES };
    const report = reportOf(checks, { state: 'slo_breach' });
    const all = signalsOf(report, RULES, 'monitor', []).get('all');
    expect(all?.failing.map(({ check }) => check)).toEqual(['success_rate']);
  });
});

describe('a window without events', () => {
  it('fails no_data, as a fact, and says nothing of drift', () => {
    const signals = signalsOf(EMPTY, RULES, 'monitor', []);
    expect([...signals.keys()]).toEqual([NO_DATA_GROUP, 'all']);
    expect(signals.get(NO_DATA_GROUP)).toMatchObject({ verdict: 'fail', isFact: true });
    expect(signals.get(NO_DATA_GROUP)?.failing).toMatchObject([
      { check: 'no_data', feature: null, severity: 'warning' },
    ]);
    expect(signals.get('all')).toMatchObject({ verdict: 'unknown', failing: [] });
  });

  it('says nothing of open features either', () => {
    const signals = signalsOf(EMPTY, RULES, 'feature', ['feature amount', NO_DATA_GROUP]);
    expect([...signals].map(([group, { verdict }]) => [group, verdict])).toEqual([
      [NO_DATA_GROUP, 'fail'],
      ['feature amount', 'unknown'],
    ]);
  });

  it('any event ends it, whatever else the window says', () => {
    for (const check of [drift('amount', 9), calm('amount'), unsure('amount')]) {
      const signal = signalsOf(reportOf({ amount_ks: check }), RULES, 'monitor', []).get(NO_DATA_GROUP);
      expect(signal).toMatchObject({ verdict: 'pass', failing: [] });
    }
  });

  it('is nobody’s business when it is off', () => {
    const off = { ...RULES, noData: 'off' } as const;
    expect([...signalsOf(EMPTY, off, 'monitor', [NO_DATA_GROUP]).keys()]).toEqual(['all']);
    expect([...signalsOf(EMPTY, off, 'feature', [NO_DATA_GROUP]).keys()]).toEqual([]);
  });
});

describe('by feature', () => {
  const verdictsOf = (checks: Parameters<typeof reportOf>[0], open: string[] = []) => {
    const signals = signalsOf(reportOf(checks), { ...RULES, noData: 'off' }, 'feature', open);
    return Object.fromEntries([...signals].map(([group, { verdict }]) => [group, verdict]));
  };

  it('each feature and each service level fails for itself', () => {
    const checks = {
      ...{ amount_ks: drift('amount', 0.2), amount_missing: drift('amount', 0.4, { test: 'missing' }) },
      ...{
        country_psi: drift('country', 0.3),
        currency_psi: calm('currency'),
        success_rate: FAILURES,
        latency_p95: SLOW,
      },
    };
    const signals = signalsOf(reportOf(checks), RULES, 'feature', []);
    expect(
      [...signals].map(([group, { failing, isFact }]) => [group, isFact, failing.map(({ check }) => check)]),
    ).toEqual([
      [NO_DATA_GROUP, true, []],
      ['success_rate', true, ['success_rate']],
      ['latency_p95', true, ['latency_p95']],
      ['feature amount', false, ['amount_missing', 'amount_ks']],
      ['feature country', false, ['country_psi']],
    ]);
  });

  it('what is open and no longer fails passes', () => {
    const open = ['feature amount', 'success_rate'];
    expect(
      verdictsOf({ amount_ks: calm('amount'), country_psi: drift('country', 0.3), success_rate: SUCCESS }, open),
    ).toEqual({
      ...{ 'feature country': 'fail', 'feature amount': 'pass', success_rate: 'pass' },
    });
  });

  it('what is open and still fails fails, once', () => {
    expect(verdictsOf({ amount_ks: drift('amount', 0.3) }, ['feature amount'])).toEqual({ 'feature amount': 'fail' });
  });

  it('a window that could not tell of anything is unknown for what is open', () => {
    expect(verdictsOf({ amount_ks: unsure('amount') }, ['feature amount'])).toEqual({ 'feature amount': 'unknown' });
  });

  it('a feature that could not be told is unknown, although others are calm', () => {
    const checks = { amount_ks: unsure('amount'), country_psi: calm('country') };
    expect(verdictsOf(checks, ['feature amount'])).toEqual({ 'feature amount': 'unknown' });
  });

  it('a feature that is calm passes, although others could not be told and another drifts', () => {
    const checks = { amount_ks: unsure('amount'), country_psi: drift('country', 1), currency_psi: calm('currency') };
    expect(verdictsOf(checks, ['feature amount', 'feature currency'])).toEqual({
      ...{ 'feature country': 'fail', 'feature amount': 'unknown', 'feature currency': 'pass' },
    });
  });

  it('what is open and no longer compared passes: nothing else would ever end it', () => {
    expect(verdictsOf({ country_psi: calm('country') }, ['feature amount'])).toEqual({ 'feature amount': 'pass' });
  });

  it('a feature of any name keeps to itself', () => {
    for (const feature of ['no_data', 'success_rate', 'all', '__proto__', '<!channel>']) {
      expect([...signalsOf(reportOf({ x_ks: drift(feature, 1) }), RULES, 'feature', []).keys()]).toEqual([
        ...[NO_DATA_GROUP, `feature ${feature}`],
      ]);
    }
  });
});

describe('a report as it is built', () => {
  const context = {
    ...{ generatedAtMs: END_MS, windowMinutes: 60, window: { startMs: END_MS - 3_600_000, endMs: END_MS } },
    ...{ service: 's', endpoint: 'e', baseline: null },
  };
  const low = profileOf(400, { amount: numbers(Array.from({ length: 400 }, (_, i) => i)) });
  const high = profileOf(400, { amount: numbers(Array.from({ length: 400 }, (_, i) => i + 300)) });

  it('calibrated: far above its floor is critical', () => {
    const report = buildReport(low, high, { ...context, settings: CALIBRATED });
    const signal = signalsOf(report, RULES, 'monitor', []).get('all');
    expect(signal?.failing[0]).toMatchObject({ check: 'amount_ks', severity: 'critical', feature: 'amount' });
    expect(signal?.failing[0]?.strength).toBeCloseTo(15, 6);
    expect(signal?.failing[0]?.text).toMatch(/^median 200 → 500; ks 0\.75 \(floor 0\.05\), p /);
  });

  it('the same window against itself passes', () => {
    const report = buildReport(low, low, { ...context, settings: CALIBRATED });
    expect(signalsOf(report, RULES, 'monitor', []).get('all')).toMatchObject({ verdict: 'pass', failing: [] });
  });

  it('where there is no floor the strength is 1, which is the least that can warn', () => {
    const signal = allOf({
      amount_ks: drift('amount', 0.4, { floor: null }),
      zero_ks: drift('zero', 0.4, { floor: 0 }),
    });
    expect(signal.failing).toMatchObject([
      { strength: 1, severity: 'info' },
      { strength: 1, severity: 'info' },
    ]);
    expect(signal.failing[0]?.text).not.toContain('floor');
    const strict = { ...RULES, warning: 1 };
    expect(allOf({ amount_ks: drift('amount', 0.4, { floor: null }) }, strict).failing).toMatchObject([
      { severity: 'warning' },
    ]);
  });

  it('classic reports fail too', () => {
    const report = buildReport(low, high, { ...context, settings: CLASSIC });
    const signal = signalsOf(report, RULES, 'monitor', []).get('all');
    expect(signal?.verdict).toBe('fail');
    expect(signal?.failing.map(({ check }) => check)).toContain('amount_ks');
    for (const { strength, text } of signal?.failing ?? []) {
      expect(strength).toBeGreaterThanOrEqual(1);
      expect(text).not.toContain('?');
    }
  });
});

describe('a service level that may be broken by chance', () => {
  const verdictOf = (pValue: number, more: object = {}, rest: Parameters<typeof reportOf>[0] = {}) => {
    const report = { ...reportOf({ ...rest, success_rate: { ...FAILURES, p_value: pValue } }), ...more };
    return signalsOf(report, RULES, 'monitor', []).get('all')?.verdict;
  };

  it('neither fails nor passes', () => expect(verdictOf(0.2)).toBe('unknown'));
  it('fails once chance would do it once in a hundred times at most', () => expect(verdictOf(0.01)).toBe('fail'));
  it('fails under the classic policy, whatever chance would do', () =>
    expect(verdictOf(0.9, { policy: 'classic' })).toBe('fail'));
  it('holds back no drift beside it', () =>
    expect(verdictOf(0.2, {}, { amount_ks: drift('amount', 0.9) })).toBe('fail'));
});
