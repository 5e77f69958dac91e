import { describe, expect, it } from 'vitest';
import { compareProfiles } from '../../../src/core/drift/compare.ts';
import { TEST_NAMES } from '../../../src/core/drift/test-name.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { CALIBRATED, draw, normal, numbers, profileOf } from './pairs.ts';
import { countFound, PROMISES } from './power-promises.ts';

/** Proof 4 of 5: it finds what it promises to find. */
describe.each(TEST_NAMES)('power: %s', (test) => {
  it('promises something', () => expect(PROMISES[test].length).toBeGreaterThan(0));

  it.each(PROMISES[test])('finds $what', (promise) => {
    expect(countFound(test, promise) / 100).toBeGreaterThanOrEqual(promise.power);
  });
});

describe('dust does not page', () => {
  it('a hundredth of a standard deviation in 200,000 rows is significant and no drift', () => {
    const rng = seededRng('dust');
    const reference = profileOf(100_000, {
      x: numbers(
        draw(100_000, () => normal(rng)),
        2048,
        1,
      ),
    });
    const current = profileOf(100_000, {
      x: numbers(
        draw(100_000, () => normal(rng, 0.03)),
        2048,
        2,
      ),
    });
    const [check] = compareProfiles(reference, current, CALIBRATED).checks;
    expect(check).toMatchObject({ method: 'ks', verdict: 'ok' });
    expect(check?.pValue).toBeLessThan(0.01);
  });
});
