import { describe, expect, it } from 'vitest';
import type { FeaturePair } from '../../../src/core/drift/drift-test.ts';
import { ksPValue } from '../../../src/core/drift/ecdf/ks-p-value.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { draw, normal, numericPair } from './pairs.ts';

const EXACT_K = 65_535;

/** What the sketches say lies within the stated resolution of what the raw values say. */
describe.each(['ks', 'psi'] as const)('resolution: %s', (test) => {
  it.each([200, 500, 2048])('k = %i, quiet and drifted', (k) => {
    for (const mean of [0, 0.1, 1]) {
      const rng = seededRng(`${k} ${mean}`);
      const [x, y] = [draw(20_000, () => normal(rng)), draw(15_000, () => normal(rng, mean))];
      const run = (pair: FeaturePair) => DRIFT_TESTS[test].compare(pair, 'calibrated');
      const [sketched, exact] = [run(numericPair(x, y, k)), run(numericPair(x, y, EXACT_K))];
      expect(exact.resolution).toBe(0);
      expect(sketched.resolution).toBeGreaterThan(0);
      expect(Math.abs((sketched.effect as number) - (exact.effect as number))).toBeLessThanOrEqual(sketched.resolution);
    }
  });
});

it('under the classic policy the p-value of ks is that of D, sketched or not', () => {
  const rng = seededRng('classic');
  const pair = numericPair(
    draw(20_000, () => normal(rng)),
    draw(15_000, () => normal(rng, 0.02)),
    2048,
  );
  const classic = DRIFT_TESTS.ks.compare(pair, 'classic');
  const d = classic.statistic as number;
  expect(classic.pValue).toBe(ksPValue(d, 20_000, 15_000, false).pValue);
  expect(classic.pValue).toBeLessThan(DRIFT_TESTS.ks.compare(pair, 'calibrated').pValue as number);
});
