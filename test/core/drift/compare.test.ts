import { describe, expect, it } from 'vitest';
import { nameChecks } from '../../../src/core/drift/check-names.ts';
import { compareProfiles } from '../../../src/core/drift/compare.ts';
import { checkSlo } from '../../../src/core/drift/slo.ts';
import { emptyProfile } from '../../../src/core/profile/profile.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { CALIBRATED, categories, draw, normal, numbers, profileOf } from './pairs.ts';

const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => i + from);

describe('compareProfiles', () => {
  it('orders findings by feature, then by the table', () => {
    const profile = profileOf(100, { b: numbers(range(100)), a: categories([60, 40]) });
    const findings = compareProfiles(profile, profile, CALIBRATED).findings;
    expect(findings.map(({ feature, test }) => `${feature} ${test}`)).toEqual([
      'a psi',
      'a missing',
      'a unseen',
      'b ks',
      'b missing',
    ]);
    expect(findings.every((finding) => finding.verdict === 'no_drift')).toBe(true);
  });

  it('lists what is new, and says of what is gone that it is missing', () => {
    const reference = profileOf(100, { gone: numbers(range(100)), kept: categories([60, 40]) });
    const current = profileOf(100, { kept: categories([60, 40]), z: numbers([1]), fresh: numbers([1]) });
    const { findings, added } = compareProfiles(reference, current, CALIBRATED);
    expect(added).toEqual(['fresh', 'z']);
    const verdicts = Object.fromEntries(findings.map((f) => [`${f.feature} ${f.test}`, f.verdict]));
    expect(verdicts).toMatchObject({ 'gone ks': 'inconclusive', 'gone missing': 'drift', 'kept missing': 'no_drift' });
  });

  it('does not test identifiers, says why, and still sees them go missing', () => {
    const ids = (n: number, prefix: string) => categories(range(n).map((i) => [`${prefix}${i}`, 1] as const));
    const { findings, notTested } = compareProfiles(
      profileOf(200, { id: ids(200, 'a') }),
      profileOf(200, { id: ids(50, 'b') }),
      CALIBRATED,
    );
    expect(notTested).toEqual([
      { feature: 'id', reason: expect.stringContaining('200 of 200'), cardinality: 50, missingShare: 0.75 },
    ]);
    expect(findings).toMatchObject([{ test: 'missing', verdict: 'drift', effect: 0.75 }]);
  });

  it('says where the gap is', () => {
    const reference = profileOf(100, { x: numbers(range(100)) });
    const current = profileOf(100, { x: numbers(range(100).map((x) => (x < 40 ? x : x + 1000))) });
    expect(compareProfiles(reference, current, CALIBRATED).findings[0]).toMatchObject({
      test: 'ks',
      at: 99,
      effect: 0.6,
      method: 'exact',
    });
  });

  it('twenty quiet features for a hundred windows: hardly a false alarm', () => {
    const rng = seededRng('quiet');
    const window = () =>
      profileOf(150, Object.fromEntries(range(20).map((i) => [`f${i}`, numbers(draw(150, () => normal(rng)))])));
    const reference = window();
    const alarms = range(100).filter(() =>
      compareProfiles(reference, window(), CALIBRATED).findings.some((f) => f.verdict === 'drift'),
    );
    expect(alarms.length).toBeLessThanOrEqual(12);
  });
});

describe('nameChecks', () => {
  const names = (features: string[], reserved: string[] = []) =>
    nameChecks(
      features.map((feature) => ({ feature, test: 'ks' as const })),
      reserved,
    );

  it('uses the last segment', () =>
    expect(names(['request.body.amount', 'request.items[].price'])).toEqual(['amount_ks', 'price_ks']));
  it('uses the whole path where two would clash', () =>
    expect(names(['request.amount', 'response.amount', 'x'])).toEqual([
      'request.amount_ks',
      'response.amount_ks',
      'x_ks',
    ]));
  it('keeps a name short if only another test has it', () =>
    expect(
      nameChecks(
        [
          { feature: 'a.x', test: 'ks' },
          { feature: 'b.x', test: 'psi' },
        ],
        [],
      ),
    ).toEqual(['x_ks', 'x_psi']));
  it('never gives a name twice, even to a key that looks like a path', () => {
    const given = names(['a.b', 'c.b', '["a.b"]']);
    expect(new Set(given).size).toBe(3);
  });
  it('leaves reserved names alone', () => expect(names(['a.success'], ['success_ks'])).toEqual(['a.success_ks']));
});

describe('checkSlo', () => {
  const targets = { successMin: 0.995, p95MaxMs: 2000 };
  const withDurations = (durations: number[]) =>
    profileOf(durations.length, { 'response.duration_ms': numbers(durations) });

  it('counts 2xx among known statuses, the target itself is enough', () => {
    const at = (success: number) => checkSlo({ ...emptyProfile(), statusKnown: 1000, success }, targets)[0];
    expect(at(995)).toEqual({
      name: 'success_rate',
      ok: true,
      value: 0.995,
      target: 0.995,
      n: 1000,
      pValue: expect.closeTo(0.55995, 5),
    });
    expect(at(994)).toMatchObject({ ok: false, value: 0.994 });
  });

  it('takes the 95th percentile, fractions included', () => {
    expect(checkSlo(withDurations(range(21, 1).map((x) => x + 0.25)), targets)[1]).toMatchObject({
      ok: true,
      value: 20.25,
      n: 21,
    });
    expect(checkSlo(withDurations([2000.5]), targets)[1]).toMatchObject({ ok: false, value: 2000.5 });
    expect(checkSlo(withDurations([2000]), targets)[1]).toMatchObject({ ok: true });
  });

  it('without rows is ok and says why', () => {
    const nothing = { ok: true, value: null, n: 0, reason: 'insufficient_samples' };
    expect(checkSlo(emptyProfile(), targets)).toMatchObject([nothing, nothing]);
  });
});
