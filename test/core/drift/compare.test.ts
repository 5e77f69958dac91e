import { describe, expect, it } from 'vitest';
import { nameChecks } from '../../../src/core/drift/check-names.ts';
import { compareProfiles } from '../../../src/core/drift/compare.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { CALIBRATED, categories, draw, normal, numbers, profileOf } from './pairs.ts';

const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => i + from);

describe('compareProfiles', () => {
  it('orders checks by feature, then by the table', () => {
    const profile = profileOf(100, { b: numbers(range(100)), a: categories([60, 40]) });
    const { checks } = compareProfiles(profile, profile, CALIBRATED);
    expect(checks.map(({ subject, method }) => `${subject} ${method}`)).toEqual([
      'a psi',
      'a missing',
      'a unseen',
      'b ks',
      'b missing',
    ]);
    expect(checks.every((check) => check.verdict === 'ok')).toBe(true);
  });

  it('lists what is new, and says of what is gone that it is missing', () => {
    const reference = profileOf(100, { gone: numbers(range(100)), kept: categories([60, 40]) });
    const current = profileOf(100, { kept: categories([60, 40]), z: numbers([1]), fresh: numbers([1]) });
    const { checks, added } = compareProfiles(reference, current, CALIBRATED);
    expect(added).toEqual(['fresh', 'z']);
    const verdicts = Object.fromEntries(checks.map((c) => [`${c.subject} ${c.method}`, c.verdict]));
    expect(verdicts).toMatchObject({ 'gone ks': 'inconclusive', 'gone missing': 'fail', 'kept missing': 'ok' });
  });

  it('does not test identifiers, says why, and still sees them go missing', () => {
    const ids = (n: number, prefix: string) => categories(range(n).map((i) => [`${prefix}${i}`, 1] as const));
    const { checks, notTested } = compareProfiles(
      profileOf(200, { id: ids(200, 'a') }),
      profileOf(200, { id: ids(50, 'b') }),
      CALIBRATED,
    );
    expect(notTested).toEqual([
      { feature: 'id', reason: expect.stringContaining('200 of 200'), cardinality: 50, missingShare: 0.75 },
    ]);
    expect(checks).toMatchObject([{ method: 'missing', verdict: 'fail', effect: 0.75 }]);
  });

  it('says where the gap is', () => {
    const reference = profileOf(100, { x: numbers(range(100)) });
    const current = profileOf(100, { x: numbers(range(100).map((x) => (x < 40 ? x : x + 1000))) });
    expect(compareProfiles(reference, current, CALIBRATED).checks[0]).toMatchObject({
      method: 'ks',
      at: 99,
      effect: 0.6,
      law: 'exact',
    });
  });

  it('twenty quiet features for a hundred windows: hardly a false alarm', () => {
    const rng = seededRng('quiet');
    const window = () =>
      profileOf(150, Object.fromEntries(range(20).map((i) => [`f${i}`, numbers(draw(150, () => normal(rng)))])));
    const reference = window();
    const alarms = range(100).filter(() =>
      compareProfiles(reference, window(), CALIBRATED).checks.some((c) => c.verdict === 'fail'),
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
    const distinct = names(['a.b', 'c.b', '["a.b"]']);
    expect(new Set(distinct).size).toBe(3);
  });
  it('leaves reserved names alone', () => expect(names(['a.success'], ['success_ks'])).toEqual(['a.success_ks']));
});
