import { describe, expect, it } from 'vitest';
import { comparePage } from '../../../src/cli/output/compare-page.ts';
import { PRESET_NAMES } from '../../../src/core/drift/presets/table.ts';
import { TEST_NAMES } from '../../../src/core/drift/test-name.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import {
  type DetectorOptions,
  DriftDetector,
  detectDrift,
  type Row,
} from '../../../src/services/datasets/drift-detector.ts';
import { draw, normal } from '../../core/drift/pairs.ts';

const rng = seededRng('people');
const people = (n: number, shift = 0, free = 0.5): Row[] =>
  draw(n, () => ({
    age: Math.round(normal(rng, 40 + shift, 10)),
    income: normal(rng, 50_000, 9_000),
    plan: rng.next() < free ? 'free' : 'paid',
    member: rng.next() < 0.3,
  }));
const REFERENCE = people(800);
const detect = (production: readonly Row[], options: DetectorOptions = {}) =>
  detectDrift(REFERENCE, production, options);

describe('the contract', () => {
  it('drift, in the form that clients know', () => {
    const body = detect(people(600, 8, 0.2));
    expect(body).toMatchObject({
      drift_detected: true,
      features_with_drift: ['age', 'plan'],
      summary: '⚠️ Drift detected in 2 feature(s): age, plan',
      feature_details: {
        age: {
          type: 'continuous',
          ks_test: { test: 'KS', statistic: expect.any(Number), p_value: expect.any(Number), drift_detected: true },
          psi: { test: 'PSI', psi_value: expect.any(Number), drift_detected: true },
          drift_detected: true,
        },
        plan: {
          type: 'categorical',
          chi_square: {
            test: 'Chi-Square',
            statistic: expect.any(Number),
            p_value: expect.any(Number),
            drift_detected: true,
          },
        },
        member: { type: 'categorical', drift_detected: false },
      },
    });
    expect(Object.keys(body.feature_details)).toEqual(['age', 'income', 'plan', 'member']);
  });

  it('no drift', () => {
    expect(detect(people(600))).toMatchObject({
      drift_detected: false,
      features_with_drift: [],
      summary: '✅ No significant drift detected',
      verdict: 'no_drift',
    });
  });

  it('one row each is inconclusive, with a reason for every missing number', () => {
    const body = new DriftDetector([{ age: 25, income: 50_000 }], [{ age: 45, income: 90_000 }]).detectDrift();
    expect(body).toMatchObject({ drift_detected: false, verdict: 'inconclusive' });
    expect(body.summary).toContain('Inconclusive');
    for (const { chi_square, findings } of Object.values(body.feature_details)) {
      expect(chi_square).toMatchObject({ statistic: null, p_value: 1, reason: 'insufficient_samples' });
      for (const finding of findings) expect(finding.statistic === null).toBe(finding.reason !== undefined);
    }
  });

  it('the p-value of what cannot be tested is 1: clients of Sentinel read a number', () => {
    const rows = (n: number, from: number): Row[] =>
      Array.from({ length: n }, (_, i) => ({ x: from + i, plan: 'free' }));
    const { feature_details: details } = detectDrift(rows(20, 0), rows(1, 50));
    expect(details.x?.ks_test).toMatchObject({ p_value: 1, drift_detected: false, reason: 'insufficient_samples' });
    expect(details.plan?.chi_square).toMatchObject({ p_value: 1, drift_detected: false });
  });

  it('the summary names what was not tested, and what the tests cannot say', () => {
    const ids = (n: number) => people(n).map((row) => ({ ...row, user_id: `u-${rng.nextUint32()}` }));
    const sparse = ids(600).map((row, i) => (i < 10 ? row : { ...row, income: null }));
    const options: DetectorOptions = { tests: ['ks', 'chi2'] };
    expect(detectDrift(ids(800), ids(600), options).summary).toBe('No drift in 4 of 5 columns; 1 not tested: user_id');
    expect(detectDrift(ids(800), sparse, options).summary).toBe(
      'No drift in 3 of 5 columns; 1 not tested: user_id; 1 inconclusive: income',
    );
  });

  it('identifiers have an entry with the reason why they are not tested', () => {
    const ids = (from: number) => draw(100, () => ({ user_id: `u-${from + rng.nextUint32()}`, x: rng.next() }));
    const body = detectDrift(ids(1), ids(9));
    expect(body.feature_details.user_id).toMatchObject({
      chi_square: { statistic: null, drift_detected: false, reason: expect.stringContaining('distinct') },
      drift_detected: false,
    });
    expect(body.not_tested).toHaveLength(1);
  });

  it('added and missing columns are reported, and a missing column drifts', () => {
    const production = people(300).map(({ income, ...rest }) => ({ ...rest, region: 'x', income: undefined }));
    const body = detect(production.map(({ income, ...rest }) => rest));
    expect(body).toMatchObject({
      added_columns: ['region'],
      missing_columns: ['income'],
      features_with_drift: ['income'],
    });
  });

  it('is valid JSON for any column names', () => {
    const odd = (value: number) => ({
      __proto__x: value,
      constructor: value,
      '': value,
      'a.b[0]': value,
      x: 1e308 * value,
    });
    const body = detectDrift([odd(1), odd(-1)], [odd(1)]);
    expect(JSON.parse(JSON.stringify(body))).toEqual(
      JSON.parse(JSON.stringify(body, (_, v) => (Number.isNaN(v) ? 'NaN' : v))),
    );
    expect(Object.keys(body.feature_details)).toContain('constructor');
  });
});

describe('options', () => {
  const shifted = people(600, 2);

  it('classic: the rule of Sentinel, without correction over tests', () => {
    const body = detect(shifted, { policy: 'classic', psiThreshold: 10 });
    expect(body.feature_details.age?.ks_test?.drift_detected).toBe(
      (body.feature_details.age?.ks_test?.p_value as number) < 0.05,
    );
    const psi = body.feature_details.age?.psi?.psi_value as number;
    const at = (psiThreshold: number) => detect(shifted, { policy: 'classic', psiThreshold }).feature_details.age?.psi;
    expect([at(psi)?.drift_detected, at(psi * (1 + 1e-9))?.drift_detected]).toEqual([true, false]);
  });

  it('classic runs only the tests of Sentinel', () => {
    const lost = people(600).map((row, i) => (i % 3 === 0 ? { ...row, plan: null } : row));
    expect(detect(lost).features_with_drift).toEqual(['plan']);
    const { feature_details } = detect(lost, { policy: 'classic' });
    const ran = (column: string) => feature_details[column]?.findings.map(({ test }) => test);
    expect([ran('age'), ran('plan')]).toEqual([['ks', 'psi'], ['chi2']]);
    expect(feature_details.plan?.drift_detected).toBe(false);
  });

  it('significance level, floors, tests, and settings of one column', () => {
    const drifted = (options: DetectorOptions) => detect(people(600, 8), options).features_with_drift;
    expect(drifted({})).toEqual(['age']);
    expect(drifted({ floors: { ks: 0.9, psi: 9 } })).toEqual([]);
    expect(drifted({ features: new Map([['age', { floors: { ks: 0.9, psi: 9 } }]]) })).toEqual([]);
    expect(drifted({ significanceLevel: 1e-300 })).toEqual([]);
    expect(Object.keys(detect(shifted, { tests: ['cvm'] }).feature_details.age ?? {})).not.toContain('ks_test');
    expect(() => detect(shifted, { tests: ['nonsense'] })).toThrow(RangeError);
  });

  it('columns declared categorical or numeric, but not both', () => {
    const body = detectDrift([{ n: 1 }, { n: 2 }], [{ n: 1 }], { numericFeatures: ['n'] });
    expect(body.feature_details.n?.type).toBe('continuous');
    expect(detect(shifted, { categoricalFeatures: ['age'] }).feature_details.age?.type).toBe('categorical');
    expect(() => detect(shifted, { categoricalFeatures: ['age'], numericFeatures: ['age'] })).toThrow(/age/);
  });

  it('aggregate: half of the columns, as in Evidently', () => {
    const one = people(600, 8);
    expect(detect(one, { aggregate: { rule: 'share' } })).toMatchObject({
      drift_detected: false,
      features_with_drift: ['age'],
    });
    expect(detect(one, { aggregate: { rule: 'share' } }).summary).toContain('fewer than the aggregate rule requires');
    expect(detect(people(600, 8, 0.1), { aggregate: { rule: 'share' } }).drift_detected).toBe(true);
  });

  it.each(PRESET_NAMES)('preset %s', (preset) => {
    const body = detect(people(600, 12, 0.1), { preset });
    expect(body).toMatchObject({ preset, policy: 'classic' });
    expect(body.features_with_drift).toContain('age');
    expect(detect(REFERENCE, { preset }).drift_detected).toBe(false);
  });

  it('all tests together', () => {
    const body = detect(people(600, 8, 0.2), { tests: TEST_NAMES });
    const ran = new Set(
      Object.values(body.feature_details).flatMap(({ findings }) => findings.map(({ test }) => test)),
    );
    expect(TEST_NAMES.filter((name) => !ran.has(name))).toEqual(['type_mismatch']);
  });
});

describe('figures and the page', () => {
  it('shares add up to 1, and curves rise to 1', () => {
    const body = detect(people(600, 8, 0.2));
    const { histogram, cdf } = body.feature_details.age?.figures ?? {};
    const sum = (xs: readonly number[] = []) => xs.reduce((a, b) => a + b, 0);
    expect(sum(histogram?.reference)).toBeCloseTo(1, 12);
    expect(sum(histogram?.current)).toBeCloseTo(1, 12);
    expect(histogram?.edges).toHaveLength((histogram?.reference.length ?? 0) + 1);
    expect(cdf?.reference.at(-1)).toBe(1);
    expect([...(cdf?.current ?? [])].sort((a, b) => a - b)).toEqual(cdf?.current);
    expect(sum(body.feature_details.plan?.figures.categories?.current)).toBeCloseTo(1, 12);
  });

  it('escapes names and values, and loads no external resources', () => {
    const nasty = '<script>alert("1")</script>';
    const rows = (value: string) => draw(60, () => ({ [nasty]: rng.next() < 0.5 ? value : 'b' }));
    const page = comparePage(detectDrift(rows(nasty), rows(`${nasty}2`)), { reference: nasty, production: 'p.csv' });
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/(src|href)=/);
    expect(page).toContain('<svg');
  });
});
