import { expect, it } from 'vitest';
import { checkSlo } from '../../../src/core/drift/slo.ts';
import { binomialSurvival } from '../../../src/core/stats/distributions/binomial.ts';
import { profileOf } from '../../../src/services/datasets/profile-of.ts';

const TARGETS = { successMin: 0.995, p95MaxMs: 100 };

function checksOf(n: number, failures: number, slow: number) {
  const rows = Array.from({ length: n }, (_, i) => ({ 'response.duration_ms': i < slow ? 500 : 50 }));
  const features = n === 0 ? new Map() : profileOf(rows, { numeric: ['response.duration_ms'] }).features;
  const profile = { events: n, statusKnown: n, success: n - failures, features };
  return Object.fromEntries(checkSlo(profile, TARGETS).map((check) => [check.name, check]));
}

it('two failures among 200 break the level, and chance does that often', () => {
  const { success_rate: rate } = checksOf(200, 2, 0);
  expect(rate).toMatchObject({ ok: false, pValue: binomialSurvival(2, 200, 1 - 0.995) });
  expect(rate?.pValue).toBeGreaterThan(0.2);
});

it('twenty among 200 are no chance', () => expect(checksOf(200, 20, 0).success_rate?.pValue).toBeLessThan(1e-10));

it('so it is with slow events: a twentieth of them may be slow', () => {
  expect(checksOf(200, 0, 12).latency_p95).toMatchObject({ ok: false, pValue: binomialSurvival(12, 200, 0.05) });
  expect(checksOf(200, 0, 60).latency_p95?.pValue).toBeLessThan(1e-10);
});

it('without events there is nothing to say', () => {
  for (const check of Object.values(checksOf(0, 0, 0))) expect(check).toMatchObject({ ok: true, pValue: null });
});
