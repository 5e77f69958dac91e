import { describe, expect, it } from 'vitest';
import { compareProfiles } from '../../../src/core/drift/compare.ts';
import type { FeaturePair } from '../../../src/core/drift/drift-test.ts';
import { TEST_NAMES, type TestName } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
import { type FeatureProfile, mergeProfiles, type Profile } from '../../../src/core/profile/profile.ts';
import { type Rng, seededRng } from '../../../src/core/stats/rng.ts';
import {
  CALIBRATED,
  categoricalPair,
  categories,
  draw,
  missingPair,
  multinomial,
  normal,
  numbers,
  numericPair,
  pairOf,
  profileOf,
  swapped,
  zipf,
} from './pairs.ts';

interface Laws {
  /** Two windows that differ. */
  readonly drifted: (rng: Rng) => FeaturePair;
  /** Effect, p-value and resolution stay when reference and current change places. */
  readonly isSymmetric: boolean;
}

const categoriesThatMoved = (rng: Rng) =>
  categoricalPair(multinomial(rng, 300, zipf(30)), multinomial(rng, 500, zipf(30, 0.6)));

const numbersThatMoved = (rng: Rng) =>
  numericPair(
    draw(300, () => normal(rng)),
    draw(200, () => normal(rng, 0.2)),
  );
const twoThatMoved = (rng: Rng) => categoricalPair(multinomial(rng, 300, [7, 3]), multinomial(rng, 200, [4, 6]));

/** Proof 2 of 5: what must hold whatever the data. */
const LAWS: Record<TestName, Laws> = {
  ks: { drifted: numbersThatMoved, isSymmetric: true },
  wasserstein: { drifted: numbersThatMoved, isSymmetric: false },
  psi: { drifted: categoriesThatMoved, isSymmetric: true },
  js: { drifted: categoriesThatMoved, isSymmetric: true },
  kl: { drifted: categoriesThatMoved, isSymmetric: false },
  chi2: { drifted: categoriesThatMoved, isSymmetric: true },
  hellinger: { drifted: categoriesThatMoved, isSymmetric: true },
  tvd: { drifted: categoriesThatMoved, isSymmetric: true },
  linf: { drifted: categoriesThatMoved, isSymmetric: true },
  anderson: { drifted: numbersThatMoved, isSymmetric: true },
  cvm: { drifted: numbersThatMoved, isSymmetric: true },
  energy: { drifted: numbersThatMoved, isSymmetric: false },
  mannwhitney: { drifted: numbersThatMoved, isSymmetric: true },
  welch: { drifted: numbersThatMoved, isSymmetric: false },
  gtest: { drifted: categoriesThatMoved, isSymmetric: true },
  ztest: { drifted: twoThatMoved, isSymmetric: true },
  fisher: { drifted: twoThatMoved, isSymmetric: true },
  missing: { drifted: () => missingPair(20, 400, 40, 300), isSymmetric: true },
  unseen: {
    drifted: (rng) => categoricalPair(multinomial(rng, 200, zipf(30)), multinomial(rng, 300, zipf(60))),
    isSymmetric: false,
  },
  out_of_range: {
    drifted: (rng) =>
      numericPair(
        draw(300, () => normal(rng)),
        draw(200, () => normal(rng, 0.5, 2)),
      ),
    isSymmetric: false,
  },
  type_mismatch: { drifted: (rng) => mixedPair(rng, 0.05, 0.15), isSymmetric: true },
};

/** Numbers with a share of texts among them. */
function mixedPair(rng: Rng, reference: number, current: number): FeaturePair {
  const side = (rows: number, share: number): FeatureProfile => {
    const [texts = 0, rest = 0] = multinomial(rng, rows, [share, 1 - share]);
    return { ...numbers(draw(rest, () => normal(rng))), ...categories([texts + 1]) };
  };
  return { ...pairOf('numeric', side(300, reference), side(400, current)) };
}

describe.each(TEST_NAMES)('law: %s', (test) => {
  const { drifted, isSymmetric } = LAWS[test];
  const run = (pair: FeaturePair) => DRIFT_TESTS[test].compare(pair, 'calibrated');
  const rounds = Array.from({ length: 20 }, (_, i) => drifted(seededRng(`${test} ${i}`)));

  it('identity: a window against itself has no effect and p = 1', () => {
    for (const pair of rounds) {
      const same = {
        ...pair,
        current: pair.reference,
        currentEvents: pair.referenceEvents,
        currentMissing: pair.referenceMissing,
      };
      const result = run(same);
      expect(result.effect).toBeCloseTo(0, 12);
      expect(result.pValue).toBeCloseTo(1, 12);
    }
  });

  it('range: a probability, an effect and a resolution that are not negative, and real sizes', () => {
    for (const pair of rounds) {
      const result = run(pair);
      expect(result.pValue).toBeGreaterThanOrEqual(0);
      expect(result.pValue).toBeLessThanOrEqual(1);
      expect(result.effect).toBeGreaterThan(0);
      expect(result.resolution).toBe(0);
      expect(Math.min(result.nReference, result.nCurrent)).toBeGreaterThan(100);
    }
  });

  it('purity: asked twice, it says the same', () => {
    for (const pair of rounds) expect(run(pair)).toEqual(run(pair));
  });

  it(
    isSymmetric ? 'symmetry: reference and current may change places' : 'no symmetry is claimed, and there is none',
    () => {
      const differences = rounds.map((pair) => {
        const [one, other] = [run(pair), run(swapped(pair))];
        expect(other.resolution).toBe(one.resolution);
        return (
          Math.abs((one.effect as number) - (other.effect as number)) +
          Math.abs((one.pValue as number) - (other.pValue as number))
        );
      });
      if (isSymmetric) expect(Math.max(...differences)).toBeLessThan(1e-12);
      else expect(Math.min(...differences)).toBeGreaterThan(1e-6);
    },
  );

  it('merge: parts give the same result in any order and in any grouping', () => {
    const rng = seededRng(`merge ${test}`);
    const parts = Array.from({ length: 6 }, () => anyPart(rng));
    const reference = mergeProfiles(Array.from({ length: 4 }, () => anyPart(rng)));
    const settings = { ...CALIBRATED, tests: [test] };
    const checks = (current: Profile) => compareProfiles(reference, current, settings).checks;
    const whole = checks(mergeProfiles(parts));
    expect(whole.length).toBeGreaterThan(0);
    expect(checks(mergeProfiles([...parts].reverse()))).toEqual(whole);
    const grouped = mergeProfiles([mergeProfiles(parts.slice(0, 4)), mergeProfiles(parts.slice(4))]);
    expect(checks(grouped)).toEqual(whole);
  });
});

function anyPart(rng: Rng): Profile {
  return profileOf(120, {
    amount: numbers(draw(100, () => normal(rng, 100, 20))),
    currency: categories(multinomial(rng, 110, zipf(8))),
    flag: categories(multinomial(rng, 110, [6, 4])),
    mixed: { ...numbers(draw(90, () => normal(rng))), ...categories(multinomial(rng, 10, [1, 1])) },
  });
}
