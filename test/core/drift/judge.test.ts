import { describe, expect, it } from 'vitest';
import { aggregateChecks } from '../../../src/core/drift/aggregate.ts';
import type { CheckVerdict } from '../../../src/core/drift/check.ts';
import type { TestResult } from '../../../src/core/drift/drift-test.ts';
import { judge } from '../../../src/core/drift/judge.ts';
import type { TestName } from '../../../src/core/drift/test-name.ts';
import { chooseTests } from '../../../src/core/drift/test-table.ts';
import type { EvaluationSettings } from '../../../src/core/evaluation/settings.ts';
import { CALIBRATED, CLASSIC, categoricalPair, numericPair, pairOf } from './pairs.ts';

const result = (changed: Partial<TestResult>): TestResult => ({
  statistic: 0.1,
  effect: 0.1,
  pValue: 0.001,
  resolution: 0,
  nReference: 100,
  nCurrent: 100,
  method: 'test',
  ...changed,
});
const judged = (changed: Partial<TestResult>, settings = CALIBRATED, test: TestName = 'ks') =>
  judge([{ feature: 'x', test, result: result(changed) }], settings)[0];

describe('judge, calibrated', () => {
  it('needs evidence and effect', () => {
    expect(judged({})?.verdict).toBe('fail');
    expect(judged({ pValue: 0.06 })?.verdict).toBe('ok');
    expect(judged({ effect: 0.04 })?.verdict).toBe('ok');
    expect(judged({ pValue: 0.05, effect: 0.05 })?.verdict).toBe('fail');
  });

  it('takes the resolution off the effect', () => {
    expect(judged({ effect: 0.06, resolution: 0.02 })?.verdict).toBe('ok');
    expect(judged({ effect: 0.08, resolution: 0.02 })?.verdict).toBe('fail');
  });

  it('cannot say when the resolution hides the floor, but a drift beyond it is still one', () => {
    expect(judged({ effect: 0.08, resolution: 0.05 })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'resolution_too_coarse',
    });
    expect(judged({ effect: 0.5, resolution: 0.05 })?.verdict).toBe('fail');
    expect(judged({ pValue: 0.9, resolution: 0.01 }, { ...CALIBRATED, floors: { ks: 0 } })?.verdict).toBe('ok');
  });

  it('adjusts over every result that has a p-value, and no others', () => {
    const pValues = [0.01, 0.02, null, 0.5, 0.9];
    const findings = judge(
      pValues.map((pValue) => ({ feature: 'x', test: 'ks' as const, result: result({ pValue }) })),
      CALIBRATED,
    );
    expect(findings.map((finding) => finding.pAdjusted)).toEqual([0.04, 0.04, null, 0.5 * (4 / 3), 0.9]);
    expect(findings.map((finding) => finding.verdict)).toEqual(['fail', 'fail', 'inconclusive', 'ok', 'ok']);
  });
});

describe('judge, classic', () => {
  it('applies the plain thresholds: p below KS_P_MIN, PSI above PSI_MAX', () => {
    expect(judged({ effect: 0.001, pValue: 0.049 }, CLASSIC)?.verdict).toBe('fail');
    expect(judged({ pValue: 0.05 }, CLASSIC)?.verdict).toBe('ok');
    expect(judged({ statistic: 0.21, pValue: null }, CLASSIC, 'psi')?.verdict).toBe('fail');
    expect(judged({ statistic: 0.2, pValue: null }, CLASSIC, 'psi')?.verdict).toBe('ok');
    expect(
      judged({ statistic: null, effect: null, pValue: null, reason: 'insufficient_samples' }, CLASSIC)?.verdict,
    ).toBe('inconclusive');
  });

  it('adjusts nothing and has no floor', () => {
    expect(judged({}, CLASSIC)).toMatchObject({ pAdjusted: null, floor: null });
  });
});

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const PAIRS = {
  numeric: numericPair(range(60), range(60)),
  categorical: categoricalPair([30, 20, 10], [30, 20, 10]),
  identifier: pairOf('identifier', {}, {}),
};

describe('chooseTests', () => {
  it('follows the policy', () => {
    const chosen = (settings: EvaluationSettings) => Object.values(PAIRS).map((pair) => chooseTests(pair, settings));
    expect(chosen(CALIBRATED)).toEqual([['ks', 'missing'], ['psi', 'missing', 'unseen'], ['missing']]);
    expect(chosen(CLASSIC)).toEqual([['ks'], ['psi'], []]);
  });

  it('takes the asked tests that suit the kind, in the order of the table', () => {
    const settings = { ...CALIBRATED, tests: ['chi2', 'psi', 'ks'] };
    expect(chooseTests(PAIRS.numeric, settings)).toEqual(['ks', 'psi']);
    expect(chooseTests(PAIRS.categorical, settings)).toEqual(['psi', 'chi2']);
    expect(chooseTests(PAIRS.identifier, settings)).toEqual([]);
  });

  it('auto: by kind and by the number of reference rows', () => {
    const auto = { ...CALIBRATED, tests: 'auto' as const };
    expect(chooseTests(PAIRS.numeric, auto)).toEqual(['ks', 'psi', 'missing']);
    expect(chooseTests(numericPair(range(1001), range(60)), auto)).toEqual(['ks', 'wasserstein', 'psi', 'missing']);
    expect(chooseTests(PAIRS.categorical, auto)).toEqual(['psi', 'chi2', 'missing', 'unseen']);
    expect(chooseTests(categoricalPair([600, 401], [5, 5]), auto)).toEqual(['psi', 'js', 'chi2', 'missing', 'unseen']);
    expect(chooseTests(categoricalPair([60, 40], [50, 50]), auto)).toEqual(['psi', 'ztest', 'missing', 'unseen']);
    expect(chooseTests(categoricalPair([60, 1], [50, 1]), auto)).toEqual(['psi', 'fisher', 'missing', 'unseen']);
  });

  it('two-valued tests are for two values, also when they are chosen', () => {
    expect(chooseTests(PAIRS.categorical, { ...CALIBRATED, tests: ['ztest', 'fisher'] })).toEqual([]);
  });

  it('one feature may differ, in its tests, its floors and its level', () => {
    const features = new Map([['request.x', { tests: ['cvm'], floors: { ks: 0.3 }, alpha: 0.0001 }]]);
    expect(chooseTests(PAIRS.numeric, { ...CALIBRATED, features })).toEqual(['cvm']);
    const of = (feature: string, changed: Partial<TestResult>) =>
      judge([{ feature, test: 'ks', result: result(changed) }], { ...CALIBRATED, features })[0]?.verdict;
    expect([of('x', { effect: 0.2 }), of('request.x', { effect: 0.2 })]).toEqual(['fail', 'ok']);
    expect([of('x', { effect: 0.4 }), of('request.x', { effect: 0.4 })]).toEqual(['fail', 'ok']);
    expect(of('request.x', { effect: 0.4, pValue: 1e-5 })).toBe('fail');
  });

  it('refuses a name that is not in the table', () => {
    expect(() => chooseTests(PAIRS.numeric, { ...CALIBRATED, tests: ['toString'] })).toThrow(/toString.*ks/);
  });
});

describe('corrections', () => {
  const adjusted = (correction: 'bh' | 'by' | 'none') =>
    judge(
      [0.01, 0.04].map((pValue) => ({ feature: 'x', test: 'ks' as const, result: result({ pValue }) })),
      { ...CALIBRATED, correction },
    ).map((finding) => finding.pAdjusted);

  it('none, Benjamini–Hochberg and Benjamini–Yekutieli', () => {
    expect(adjusted('none')).toEqual([0.01, 0.04]);
    expect(adjusted('bh')).toEqual([0.02, 0.04]);
    expect(adjusted('by')).toEqual([0.03, 0.06]);
  });
});

describe('aggregateChecks', () => {
  const checks = (verdicts: Record<string, CheckVerdict>) =>
    Object.entries(verdicts).map(([subject, verdict]) => ({ subject, method: 'ks' as const, verdict }));
  const two = checks({ a: 'fail', b: 'fail', c: 'ok', d: 'ok', e: 'inconclusive' });

  it('any, more than half, or a share of the features that could be compared', () => {
    expect(aggregateChecks(two)).toMatchObject({ verdict: 'fail', drifted: ['a', 'b'] });
    expect([...aggregateChecks(two).features.values()].filter((verdict) => verdict === 'inconclusive')).toHaveLength(1);
    expect(aggregateChecks(two, { rule: 'majority' }).verdict).toBe('ok');
    expect(aggregateChecks(two, { rule: 'share' }).verdict).toBe('fail');
    expect(aggregateChecks(two, { rule: 'share', share: 0.6 }).verdict).toBe('ok');
  });

  it('nothing that could be compared is inconclusive, and no drift is no share', () => {
    expect(aggregateChecks(checks({ a: 'inconclusive' })).verdict).toBe('inconclusive');
    expect(aggregateChecks([]).verdict).toBe('inconclusive');
    const present = { subject: 'a', method: 'missing', verdict: 'ok' } as const;
    expect(aggregateChecks([present]).verdict).toBe('inconclusive');
    expect(aggregateChecks([{ ...present, verdict: 'fail' }]).verdict).toBe('fail');
    expect(aggregateChecks(checks({ a: 'ok' }), { rule: 'share', share: 0 }).verdict).toBe('ok');
  });
});
