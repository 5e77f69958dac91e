import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASELINE_MIX, DEFAULT_SEED, DRIFT_MIX, type PaymentEvent, paymentEvents } from '../../../src/cli/payments.ts';
import { evaluate } from '../../../src/core/evaluation/evaluate.ts';
import { DEFAULT_MULTIPLES, DEFAULT_SEVERITY, severityOf } from '../../../src/core/incident/failing-check.ts';
import { NO_DATA_GROUP, signalsOf } from '../../../src/core/incident/signal.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { CALIBRATED, CLASSIC, numbers, profileOf } from '../drift/pairs.ts';
import {
  calm,
  drift,
  EMPTY,
  END_MS,
  evaluationOf,
  FAILURES,
  failuresByChance,
  type Named,
  opened,
  SLOW,
  SUCCESS,
  unsure,
  WINDOW,
} from './evaluations.ts';

const RULES = { severity: DEFAULT_SEVERITY, groupBy: 'monitor' } as const;
const BY_FEATURE = { ...RULES, groupBy: 'feature' } as const;
const NONE = opened({});
const DEMO = { baseline: BASELINE_MIX, drift: DRIFT_MIX } as const;
/** Incidents are open, on what does not matter. */
const open = (...groups: string[]) => opened(Object.fromEntries(groups.map((group) => [group, []])));

/** The signal of the monitor as a whole. */
function allOf(checks: Named, severity: Partial<typeof DEFAULT_SEVERITY> = {}) {
  const rules = { ...RULES, severity: { ...DEFAULT_SEVERITY, ...severity } };
  const signal = signalsOf(evaluationOf(checks), rules, NONE).get('all');
  if (signal === undefined) throw new Error('no signal');
  return signal;
}

describe('signalsOf', () => {
  it('has the window that it comes from', () => {
    for (const signal of signalsOf(evaluationOf({ amount_ks: drift('amount', 0.2) }), RULES, NONE).values()) {
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
  ] as const)('by multiples, an effect of %s over a floor of 0.5 is %s', (effect, severity) => {
    const rules = { drift: { warning: 1.5, critical: 2 } };
    expect(allOf({ amount_ks: drift('amount', effect, { floor: 0.5 }) }, rules).failing).toMatchObject([{ severity }]);
  });

  it.each([
    ['ks', 0.05, 0.05, 'warning'],
    ['ks', 0.05, 0.2499, 'warning'],
    ['ks', 0.05, 0.25, 'critical'],
    ['psi', 0.1, 0.1, 'warning'],
    ['psi', 0.1, 0.2499, 'warning'],
    ['psi', 0.1, 0.25, 'critical'],
    ['chi2', 0.1, 0.4999, 'warning'],
    ['chi2', 0.1, 0.5, 'critical'],
    ['missing', 0.02, 0.0999, 'warning'],
    ['missing', 0.02, 0.1, 'critical'],
    // A monitor's own floor: lower ones change nothing, of a high one it takes the double.
    ['ks', 0.01, 0.2, 'warning'],
    ['ks', 0.3, 0.3, 'warning'],
    ['ks', 0.3, 0.6, 'critical'],
    // Plain thresholds have no floor.
    ['ks', null, 0.24, 'warning'],
    ['ks', null, 0.25, 'critical'],
    ['ks', null, null, 'warning'],
  ] as const)('by default a %s with the floor %s and the effect %s is %s', (method, floor, effect, severity) => {
    const check = drift('amount', effect, { method, floor });
    expect(allOf({ [`amount_${method}`]: check }).failing).toMatchObject([{ severity }]);
  });

  it('the multiples are the monitor’s to choose', () => {
    const rules = { drift: { warning: 3, critical: 3 } };
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
    expect(signal).toMatchObject({ verdict: 'fail', isEvident: true });
    expect(signal.failing.map(({ check }) => check)).toEqual(['success_rate', 'latency_p95', 'amount_ks']);
    expect(signal.failing[0]).toMatchObject({ feature: null, severity: 'critical' });
    expect(allOf({ success_rate: FAILURES }, { slo: 'info' }).failing).toMatchObject([{ severity: 'info' }]);
  });

  it('drift is not a fact', () => {
    expect(allOf({ amount_ks: drift('amount', 99), success_rate: SUCCESS }).isEvident).toBe(false);
  });

  it('says what was measured, in a line', () => {
    const texts = allOf({ success_rate: FAILURES, amount_ks: drift('amount', 0.4321) }).failing.map(({ text }) => text);
    expect(texts).toEqual([
      'success rate 91.23 % (at least 99.5 %), 500 events',
      'ks 0.432 (floor 0.1), p 2.47e-9, 500 events against 200',
    ]);
    const none = drift('amount', null, { floor: null, pAdjusted: null, pValue: null });
    expect(allOf({ amount_ks: none }).failing[0]?.text).toBe('ks drifted, 500 events against 200');
    const least = drift('amount', 0.2, { pAdjusted: 0 });
    expect(allOf({ amount_ks: least }).failing[0]?.text).toContain(', p < 1e-300,');
  });

  it.each([
    ['latency_p95', { ...SLOW, statistic: 2004.9 }],
    ['success_rate', { ...FAILURES, statistic: 0.99499 }],
  ])('a %s just missed does not read as one that is kept', (name, check) => {
    const [text = ''] = allOf({ [name]: check }).failing.map((each) => each.text);
    const [measured, limit] = [...text.matchAll(/([\d.,]+) (?:ms|%)/g)].map(([, digits = '']) =>
      Number(digits.replaceAll(',', '')),
    );
    expect(measured).toBeGreaterThan(0);
    expect(limit).toBeGreaterThan(0);
    expect(measured).not.toBe(limit);
  });

  it('a calm window passes, an inconclusive one is unknown', () => {
    expect(allOf({ amount_ks: calm('amount'), success_rate: SUCCESS }).verdict).toBe('pass');
    expect(allOf({ amount_ks: unsure('amount'), success_rate: SUCCESS }).verdict).toBe('unknown');
    expect(allOf({ amount_ks: unsure('amount'), country_psi: calm('country') }).verdict).toBe('pass');
  });

  it('a window that is inconclusive about drift fails all the same when a service level broke', () => {
    expect(allOf({ amount_ks: unsure('amount'), success_rate: FAILURES })).toMatchObject({
      verdict: 'fail',
      isEvident: true,
    });
  });

  it('drift below what the monitor asks for is none', () => {
    const share = evaluationOf(
      { amount_ks: drift('amount', 9), country_psi: calm('country') },
      { state: 'ok', status: 'ok' },
    );
    expect(signalsOf(share, RULES, NONE).get('all')).toMatchObject({ verdict: 'pass', failing: [] });
  });

  it('drift below what the monitor asks for is none beside a broken service level either', () => {
    const checks = { amount_ks: drift('amount', 9), country_psi: calm('country'), success_rate: FAILURES };
    const report = evaluationOf(checks, { state: 'slo_breach' });
    const all = signalsOf(report, RULES, NONE).get('all');
    expect(all?.failing.map(({ check }) => check)).toEqual(['success_rate']);
  });
});

describe('a window without events', () => {
  it('fails no_data, as a fact, and says nothing of drift', () => {
    const signals = signalsOf(EMPTY, RULES, NONE);
    expect([...signals.keys()]).toEqual([NO_DATA_GROUP, 'all']);
    expect(signals.get(NO_DATA_GROUP)).toMatchObject({ verdict: 'fail', isEvident: true });
    expect(signals.get(NO_DATA_GROUP)?.failing).toMatchObject([
      { check: 'no_data', feature: null, severity: 'warning' },
    ]);
    expect(signals.get('all')).toMatchObject({ verdict: 'unknown', failing: [] });
  });

  it('says nothing of open features either', () => {
    const signals = signalsOf(EMPTY, BY_FEATURE, open('feature amount', NO_DATA_GROUP));
    expect([...signals].map(([group, { verdict }]) => [group, verdict])).toEqual([
      [NO_DATA_GROUP, 'fail'],
      ['feature amount', 'unknown'],
    ]);
  });

  it('any event ends it, whatever else the window says', () => {
    for (const check of [drift('amount', 9), calm('amount'), unsure('amount')]) {
      const signal = signalsOf(evaluationOf({ amount_ks: check }), RULES, NONE).get(NO_DATA_GROUP);
      expect(signal).toMatchObject({ verdict: 'pass', failing: [] });
    }
  });

  it('is nobody’s business when it is off', () => {
    const off = { ...DEFAULT_SEVERITY, noData: 'off' } as const;
    expect([...signalsOf(EMPTY, { ...RULES, severity: off }, open(NO_DATA_GROUP)).keys()]).toEqual(['all']);
    expect([...signalsOf(EMPTY, { ...BY_FEATURE, severity: off }, open(NO_DATA_GROUP)).keys()]).toEqual([]);
  });
});

describe('by feature', () => {
  const verdictsOf = (checks: Named, groups: string[] = []) => {
    const rules = { ...BY_FEATURE, severity: { ...DEFAULT_SEVERITY, noData: 'off' } } as const;
    const signals = signalsOf(evaluationOf(checks), rules, open(...groups));
    return Object.fromEntries([...signals].map(([group, { verdict }]) => [group, verdict]));
  };

  it('each feature and each service level fails for itself', () => {
    const checks = {
      amount_ks: drift('amount', 0.2),
      amount_missing: drift('amount', 0.4, { method: 'missing' }),
      country_psi: drift('country', 0.3),
      currency_psi: calm('currency'),
      success_rate: FAILURES,
      latency_p95: SLOW,
    };
    const signals = signalsOf(evaluationOf(checks), BY_FEATURE, NONE);
    expect(
      [...signals].map(([group, { failing, isEvident }]) => [group, isEvident, failing.map(({ check }) => check)]),
    ).toEqual([
      [NO_DATA_GROUP, true, []],
      ['success_rate', true, ['success_rate']],
      ['latency_p95', true, ['latency_p95']],
      ['feature amount', false, ['amount_missing', 'amount_ks']],
      ['feature country', false, ['country_psi']],
    ]);
  });

  it('what is open and no longer fails passes', () => {
    const groups = ['feature amount', 'success_rate'];
    expect(
      verdictsOf({ amount_ks: calm('amount'), country_psi: drift('country', 0.3), success_rate: SUCCESS }, groups),
    ).toEqual({
      'feature country': 'fail',
      'feature amount': 'pass',
      success_rate: 'pass',
    });
  });

  it('what is open and still fails fails, once', () => {
    expect(verdictsOf({ amount_ks: drift('amount', 0.3) }, ['feature amount'])).toEqual({ 'feature amount': 'fail' });
  });

  it('an inconclusive window is unknown for what is open', () => {
    expect(verdictsOf({ amount_ks: unsure('amount') }, ['feature amount'])).toEqual({ 'feature amount': 'unknown' });
  });

  it('an inconclusive feature is unknown, although others are calm', () => {
    const checks = { amount_ks: unsure('amount'), country_psi: calm('country') };
    expect(verdictsOf(checks, ['feature amount'])).toEqual({ 'feature amount': 'unknown' });
  });

  it('a feature that is calm passes, although others are inconclusive and another drifts', () => {
    const checks = { amount_ks: unsure('amount'), country_psi: drift('country', 1), currency_psi: calm('currency') };
    expect(verdictsOf(checks, ['feature amount', 'feature currency'])).toEqual({
      'feature country': 'fail',
      'feature amount': 'unknown',
      'feature currency': 'pass',
    });
  });

  it('what is open and no longer compared passes: nothing else would ever end it', () => {
    expect(verdictsOf({ country_psi: calm('country') }, ['feature amount'])).toEqual({ 'feature amount': 'pass' });
  });

  it('a feature of any name keeps to itself', () => {
    for (const feature of ['no_data', 'success_rate', 'all', '__proto__', '<!channel>']) {
      expect([...signalsOf(evaluationOf({ x_ks: drift(feature, 1) }), BY_FEATURE, NONE).keys()]).toEqual([
        NO_DATA_GROUP,
        `feature ${feature}`,
      ]);
    }
  });
});

describe('an evaluation as it is made', () => {
  const context = {
    generatedAtMs: END_MS,
    windowMinutes: 60,
    window: WINDOW,
    stream: { service: 's', endpoint: 'e' },
    reference: { kind: 'previous_window', baseline: null, windows: [] } as const,
  };
  const low = profileOf(400, { amount: numbers(Array.from({ length: 400 }, (_, i) => i)) });
  const high = profileOf(400, { amount: numbers(Array.from({ length: 400 }, (_, i) => i + 300)) });

  it('calibrated: far above its floor is critical', () => {
    const report = evaluate(low, high, { ...context, settings: CALIBRATED });
    const signal = signalsOf(report, RULES, NONE).get('all');
    expect(signal?.failing[0]).toMatchObject({ check: 'amount_ks', severity: 'critical', feature: 'amount' });
    expect(signal?.failing[0]?.strength).toBeCloseTo(15, 6);
    expect(signal?.failing[0]?.text).toMatch(/^median 200 → 500; ks 0\.75 \(floor 0\.05\), p /);
  });

  it('what moves along with the amounts of the demo is a warning', () => {
    const payments = (kind: keyof typeof DEMO) =>
      paymentEvents(DEMO[kind], seededRng(`${DEFAULT_SEED}/${kind}`), { startMs: 0, endMs: 300_000 });
    const profile = (events: readonly PaymentEvent[]) =>
      profileOf(events.length, {
        amount: numbers(events.map(({ request }) => request.body.amount)),
        duration_ms: numbers(events.map(({ response }) => response.duration_ms)),
      });
    const before = payments('baseline');
    const report = evaluate(profile(before), profile([...before, ...payments('drift')]), {
      ...context,
      settings: CALIBRATED,
    });
    const failing = signalsOf(report, RULES, NONE).get('all')?.failing ?? [];
    const ofKs = failing.filter(({ check }) => check.endsWith('_ks')).map(({ check, severity }) => [check, severity]);
    expect(ofKs).toEqual([
      ['amount_ks', 'critical'],
      ['duration_ms_ks', 'warning'],
    ]);
    expect(failing.filter(({ feature }) => feature === 'duration_ms').map(({ severity }) => severity)).not.toContain(
      'critical',
    );
  });

  it('the same window against itself passes', () => {
    const report = evaluate(low, low, { ...context, settings: CALIBRATED });
    expect(signalsOf(report, RULES, NONE).get('all')).toMatchObject({ verdict: 'pass', failing: [] });
  });

  it('where there is no floor the strength is 1, which is the least that can warn', () => {
    const signal = allOf(
      {
        amount_ks: drift('amount', 0.4, { floor: null }),
        zero_ks: drift('zero', 0.4, { floor: 0 }),
      },
      { drift: DEFAULT_MULTIPLES },
    );
    expect(signal.failing).toMatchObject([
      { strength: 1, severity: 'info' },
      { strength: 1, severity: 'info' },
    ]);
    expect(signal.failing[0]?.text).not.toContain('floor');
    const strict = { drift: { warning: 1, critical: 2 } };
    expect(allOf({ amount_ks: drift('amount', 0.4, { floor: null }) }, strict).failing).toMatchObject([
      { severity: 'warning' },
    ]);
  });

  it('classic reports fail too', () => {
    const report = evaluate(low, high, { ...context, settings: CLASSIC });
    const signal = signalsOf(report, RULES, NONE).get('all');
    expect(signal?.verdict).toBe('fail');
    expect(signal?.failing.map(({ check }) => check)).toContain('amount_ks');
    for (const { strength, text } of signal?.failing ?? []) {
      expect(strength).toBeGreaterThanOrEqual(1);
      expect(text).not.toContain('?');
    }
  });
});

describe('a service level that may be broken by chance', () => {
  const verdictOf = (pValue: number, policy: 'calibrated' | 'classic' = 'calibrated', rest: Named = {}) => {
    const evaluation = evaluationOf({ ...rest, success_rate: failuresByChance(pValue, policy) }, { policy });
    return signalsOf(evaluation, RULES, NONE).get('all')?.verdict;
  };

  it('neither fails nor passes', () => expect(verdictOf(0.2)).toBe('unknown'));
  it('fails once chance would do it once in a hundred times at most', () => expect(verdictOf(0.01)).toBe('fail'));
  it('fails under the classic policy, whatever chance would do', () => expect(verdictOf(0.9, 'classic')).toBe('fail'));
  it('holds back no drift beside it', () =>
    expect(verdictOf(0.2, 'calibrated', { amount_ks: drift('amount', 0.9) })).toBe('fail'));
});

describe('what ends an incident of the whole', () => {
  const verdictOf = (checks: Named, ...failed: string[]) =>
    signalsOf(evaluationOf(checks, { state: 'inconclusive' }), RULES, opened({ all: failed })).get('all')?.verdict;
  const few = { amount_ks: unsure('amount'), amount_missing: calm('amount', { method: 'missing' }) };

  it('a drift goes on where no distribution can be compared, though no value is missing', () => {
    expect(verdictOf(few, 'amount_ks')).toBe('unknown');
    expect(verdictOf({ ...few, country_psi: calm('country', { method: 'psi' }) }, 'amount_ks')).toBe('pass');
  });
  it('missing values, and a service level, end by themselves', () => {
    expect(verdictOf(few, 'amount_missing')).toBe('pass');
    expect(verdictOf({ ...few, success_rate: SUCCESS }, 'success_rate')).toBe('pass');
  });
  it('what is no longer checked passes', () => expect(verdictOf(few, 'gone_missing')).toBe('pass'));
});
