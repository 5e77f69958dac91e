import { describe, expect, it } from 'vitest';
import type { TestResult } from '../../src/drift/drift-test.ts';
import { judge } from '../../src/drift/judge.ts';
import { chooseTests, type TestName } from '../../src/drift/test-table.ts';
import { CALIBRATED, CLASSIC } from './pairs.ts';

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
    expect(judged({ pValue: 0.9, resolution: 0.01 }, { ...CALIBRATED, ksDMin: 0 })?.verdict).toBe('no_drift');
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

describe('chooseTests', () => {
  it('follows the policy', () => {
    expect(chooseTests('numeric', CALIBRATED)).toEqual(['ks', 'missing']);
    expect(chooseTests('categorical', CALIBRATED)).toEqual(['psi', 'missing', 'unseen']);
    expect(chooseTests('identifier', CALIBRATED)).toEqual(['missing']);
    expect([
      chooseTests('numeric', CLASSIC),
      chooseTests('categorical', CLASSIC),
      chooseTests('identifier', CLASSIC),
    ]).toEqual([['ks'], ['psi'], []]);
  });

  it('takes the asked tests that suit the kind, in the order of the table', () => {
    const settings = { ...CALIBRATED, tests: ['chi2', 'psi', 'ks'] };
    expect(chooseTests('numeric', settings)).toEqual(['ks', 'psi']);
    expect(chooseTests('categorical', settings)).toEqual(['psi', 'chi2']);
    expect(chooseTests('identifier', settings)).toEqual([]);
  });

  it('refuses a name that is not in the table', () => {
    expect(() => chooseTests('numeric', { ...CALIBRATED, tests: ['toString'] })).toThrow(/toString.*ks/);
  });
});
