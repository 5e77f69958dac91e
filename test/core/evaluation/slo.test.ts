import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkSlo } from '../../../src/core/evaluation/evaluators/slo.ts';
import { emptyProfile } from '../../../src/core/profile/profile.ts';
import { UNKNOWN_FAILURE } from '../../../src/core/profile/status-counts.ts';
import { binomialSurvival } from '../../../src/core/stats/distributions/binomial.ts';
import { profileOf } from '../../../src/services/datasets/profile-of.ts';
import { numbers, profileOf as profileWith, statuses } from '../drift/pairs.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/replaced-systems.json', import.meta.url), 'utf8'));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

const TARGETS = { successMin: 0.995, failureStatus: ['5xx'], p95MaxMs: 100 };

function checksOf(n: number, failures: number, slow: number) {
  const rows = Array.from({ length: n }, (_, i) => ({ 'response.duration_ms': i < slow ? 500 : 50 }));
  const features = n === 0 ? new Map() : profileOf(rows, { numeric: ['response.duration_ms'] }).features;
  const profile = { events: n, statuses: statuses(n, failures), features };
  return Object.fromEntries(checkSlo(profile, TARGETS, 'calibrated').map((check) => [check.name, check]));
}

it('two failures among 200 break the level, and chance does that often', () => {
  const { success_rate: rate } = checksOf(200, 2, 0);
  expect(rate).toMatchObject({ verdict: 'fail', pValue: binomialSurvival(2, 200, 1 - 0.995) });
  expect(rate?.pValue).toBeGreaterThan(0.2);
});

it('twenty among 200 are not chance', () => expect(checksOf(200, 20, 0).success_rate?.pValue).toBeLessThan(1e-10));

it('so it is with slow events: a twentieth of them may be slow', () => {
  expect(checksOf(200, 0, 12).latency_p95).toMatchObject({ verdict: 'fail', pValue: binomialSurvival(12, 200, 0.05) });
  expect(checksOf(200, 0, 60).latency_p95?.pValue).toBeLessThan(1e-10);
});

it('without events there is nothing to say', () => {
  for (const check of Object.values(checksOf(0, 0, 0)))
    expect(check).toMatchObject({ verdict: 'inconclusive', pValue: null });
});

describe('checkSlo', () => {
  const targets = { successMin: 0.995, failureStatus: ['5xx'], p95MaxMs: 2000 };
  const withDurations = (durations: number[]) =>
    profileWith(durations.length, { 'response.duration_ms': numbers(durations) });

  it('counts successes among known statuses, the target itself is enough', () => {
    const at = (success: number) =>
      checkSlo({ ...emptyProfile(), statuses: statuses(1000, 1000 - success) }, targets, 'calibrated')[0];
    expect(at(995)).toMatchObject({
      name: 'success_rate',
      kind: 'slo',
      verdict: 'ok',
      statistic: 0.995,
      details: { target: 0.995, failureStatus: ['5xx'] },
      nCurrent: 1000,
      pValue: expect.closeTo(0.55995, 5),
    });
    expect(at(994)).toMatchObject({ verdict: 'fail', statistic: 0.994, direction: 'lower' });
  });

  it.each([
    [['5xx'], 15],
    [['not 2xx'], 285],
    [['5xx', '429'], 20],
    [['4xx', '5xx'], 35],
    [['503'], 5],
    [['1xx', '3xx'], 250],
  ])('takes %j for failures', (failureStatus, failures) => {
    const counts = new Map([
      [200, 600],
      [204, 115],
      [304, 250],
      [404, 15],
      [429, 5],
      [500, 10],
      [503, 5],
    ]);
    const [rate] = checkSlo({ ...emptyProfile(), statuses: counts }, { ...targets, failureStatus }, 'calibrated');
    expect(rate).toMatchObject({ nCurrent: 1000, statistic: (1000 - failures) / 1000, details: { failureStatus } });
  });

  it('what is only known not to be 2xx is a failure, however few statuses are', () => {
    const counts = new Map([
      [200, 9],
      [UNKNOWN_FAILURE, 1],
    ]);
    expect(checkSlo({ ...emptyProfile(), statuses: counts }, targets, 'calibrated')[0]?.statistic).toBe(0.9);
  });

  it('takes the 95th percentile, fractions included', () => {
    expect(
      checkSlo(
        withDurations(Array.from({ length: 21 }, (_, i) => i + 1).map((x) => x + 0.25)),
        targets,
        'calibrated',
      )[1],
    ).toMatchObject({
      verdict: 'ok',
      statistic: 20.25,
      nCurrent: 21,
    });
    expect(checkSlo(withDurations([2000.5]), targets, 'calibrated')[1]).toMatchObject({
      verdict: 'fail',
      statistic: 2000.5,
      direction: 'higher',
    });
    expect(checkSlo(withDurations([2000]), targets, 'calibrated')[1]).toMatchObject({ verdict: 'ok' });
  });

  it.each([
    [Array.from({ length: 101 }, (_, i) => ((i * 37) % 997) + 50), golden.p95.weyl101],
    [[7], golden.p95.one],
    [range(20), golden.p95.upTo19],
  ])('under classic takes it as Intent Drift Guard does', (durations, p95) => {
    expect(checkSlo(withDurations(durations), targets, 'classic')[1]?.statistic).toBe(p95);
  });

  it('without rows says why it cannot say', () => {
    const nothing = { verdict: 'inconclusive', statistic: null, nCurrent: 0, reason: 'insufficient_samples' };
    expect(checkSlo(emptyProfile(), targets, 'calibrated')).toMatchObject([nothing, nothing]);
  });

  it('the strength is what is used of the budget or the limit', () => {
    const slow = { ...withDurations([3000]), statuses: statuses(1000, 20) };
    const [rate, p95] = checkSlo(slow, targets, 'calibrated');
    expect(rate?.strength).toBeCloseTo(4, 9);
    expect(p95?.strength).toBe(1.5);
  });

  it('a breach is evident when chance explains it once in a hundred times at most, and always under classic', () => {
    const evident = (policy: 'calibrated' | 'classic', success: number) =>
      checkSlo({ ...emptyProfile(), statuses: statuses(200, 200 - success) }, targets, policy)[0]?.isEvident;
    expect([evident('calibrated', 198), evident('calibrated', 190), evident('calibrated', 200)]).toEqual([
      false,
      true,
      false,
    ]);
    expect([evident('classic', 198), evident('classic', 200)]).toEqual([true, false]);
  });
});
