import { describe, expect, it } from 'vitest';
import { aggregateFindings } from '../../../src/core/drift/aggregate.ts';
import type { TestResult } from '../../../src/core/drift/drift-test.ts';
import type { Finding, Verdict } from '../../../src/core/drift/finding.ts';
import { judge } from '../../../src/core/drift/judge.ts';
import type { DriftSettings } from '../../../src/core/drift/settings.ts';
import type { TestName } from '../../../src/core/drift/test-name.ts';
import { chooseTests } from '../../../src/core/drift/test-table.ts';
import { CALIBRATED, CLASSIC, categoricalPair, numericPair, pairOf } from './pairs.ts';

const result = (given: Partial<TestResult>): TestResult => ({
  ...{ statistic: 0.1, effect: 0.1, pValue: 0.001, resolution: 0, nReference: 100, nCurrent: 100, method: 'test' },
  ...given,
});
const judged = (given: Partial<TestResult>, settings = CALIBRATED, test: TestName = 'ks') =>
  judge([{ feature: 'x', test, result: result(given) }], settings)[0];

describe('judge, calibrated', () => {
  it('needs evidence and effect', () => {
    expect(judged({})?.verdict).toBe('drift');
    expect(judged({ pValue: 0.06 })?.verdict).toBe('no_drift');
    expect(judged({ effect: 0.04 })?.verdict).toBe('no_drift');
    expect(judged({ pValue: 0.05, effect: 0.05 })?.verdict).toBe('drift');
  });

  it('takes the resolution off the effect', () => {
    expect(judged({ effect: 0.06, resolution: 0.02 })?.verdict).toBe('no_drift');
    expect(judged({ effect: 0.08, resolution: 0.02 })?.verdict).toBe('drift');
  });

  it('cannot say when the resolution hides the floor, but a drift beyond it is still one', () => {
    expect(judged({ effect: 0.08, resolution: 0.05 })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'resolution_too_coarse',
    });
    expect(judged({ effect: 0.5, resolution: 0.05 })?.verdict).toBe('drift');
    expect(judged({ pValue: 0.9, resolution: 0.01 }, { ...CALIBRATED, floors: { ks: 0 } })?.verdict).toBe('no_drift');
  });

  it('adjusts over every result that has a p-value, and no others', () => {
    const pValues = [0.01, 0.02, null, 0.5, 0.9];
    const findings = judge(
      pValues.map((pValue) => ({ feature: 'x', test: 'ks' as const, result: result({ pValue }) })),
      CALIBRATED,
    );
    expect(findings.map((finding) => finding.pAdjusted)).toEqual([0.04, 0.04, null, 0.5 * (4 / 3), 0.9]);
    expect(findings.map((finding) => finding.verdict)).toEqual([
      'drift',
      'drift',
      'inconclusive',
      'no_drift',
      'no_drift',
    ]);
  });
});

describe('judge, classic', () => {
  it('applies the plain thresholds: p below KS_P_MIN, PSI above PSI_MAX', () => {
    expect(judged({ effect: 0.001, pValue: 0.049 }, CLASSIC)?.verdict).toBe('drift');
    expect(judged({ pValue: 0.05 }, CLASSIC)?.verdict).toBe('no_drift');
    expect(judged({ statistic: 0.21, pValue: null }, CLASSIC, 'psi')?.verdict).toBe('drift');
    expect(judged({ statistic: 0.2, pValue: null }, CLASSIC, 'psi')?.verdict).toBe('no_drift');
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
    const chosen = (settings: DriftSettings) => Object.values(PAIRS).map((pair) => chooseTests(pair, settings));
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

  it('two-valued tests are for two values, whoever asks', () => {
    expect(chooseTests(PAIRS.categorical, { ...CALIBRATED, tests: ['ztest', 'fisher'] })).toEqual([]);
  });

  it('one feature may differ, in its tests, its floors and its level', () => {
    const features = new Map([['request.x', { tests: ['cvm'], floors: { ks: 0.3 }, alpha: 0.0001 }]]);
    expect(chooseTests(PAIRS.numeric, { ...CALIBRATED, features })).toEqual(['cvm']);
    const of = (feature: string, given: Partial<TestResult>) =>
      judge([{ feature, test: 'ks', result: result(given) }], { ...CALIBRATED, features })[0]?.verdict;
    expect([of('x', { effect: 0.2 }), of('request.x', { effect: 0.2 })]).toEqual(['drift', 'no_drift']);
    expect([of('x', { effect: 0.4 }), of('request.x', { effect: 0.4 })]).toEqual(['drift', 'no_drift']);
    expect(of('request.x', { effect: 0.4, pValue: 1e-5 })).toBe('drift');
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

describe('aggregateFindings', () => {
  const findings = (verdicts: Record<string, Verdict>): Finding[] =>
    Object.entries(verdicts).map(([feature, verdict]) => ({
      ...result({}),
      ...{ feature, test: 'ks', verdict, pAdjusted: null, floor: null },
    }));
  const two = findings({ a: 'drift', b: 'drift', c: 'no_drift', d: 'no_drift', e: 'inconclusive' });

  it('any, more than half, or a share of the features that could be compared', () => {
    expect(aggregateFindings(two)).toMatchObject({ verdict: 'drift', drifted: ['a', 'b'] });
    expect([...aggregateFindings(two).features.values()].filter((verdict) => verdict === 'inconclusive')).toHaveLength(
      1,
    );
    expect(aggregateFindings(two, { rule: 'majority' }).verdict).toBe('no_drift');
    expect(aggregateFindings(two, { rule: 'share' }).verdict).toBe('drift');
    expect(aggregateFindings(two, { rule: 'share', share: 0.6 }).verdict).toBe('no_drift');
  });

  it('nothing that could be compared is inconclusive, and no drift is no share', () => {
    expect(aggregateFindings(findings({ a: 'inconclusive' })).verdict).toBe('inconclusive');
    expect(aggregateFindings([]).verdict).toBe('inconclusive');
    const present = { ...(findings({ a: 'no_drift' })[0] as Finding), test: 'missing' as const };
    expect(aggregateFindings([present]).verdict).toBe('inconclusive');
    expect(aggregateFindings([{ ...present, verdict: 'drift' }]).verdict).toBe('drift');
    expect(aggregateFindings(findings({ a: 'no_drift' }), { rule: 'share', share: 0 }).verdict).toBe('no_drift');
  });
});
