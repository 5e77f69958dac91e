import type { FeaturePair } from '../../../src/core/drift/drift-test.ts';
import { TEST_NAMES, type TestName } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
import type { FeatureProfile } from '../../../src/core/profile/profile.ts';
import { mergeProfiles } from '../../../src/core/profile/profile.ts';
import type { Rng } from '../../../src/core/stats/rng.ts';
import { categoricalPair, draw, missingPair, multinomial, normal, numbers, pairOf, profileOf, zipf } from './pairs.ts';

export interface NullScenario {
  readonly name: string;
  readonly draw: (rng: Rng) => FeaturePair;
}

/** A distribution, and how both windows hold it: every value, or sketches folded from five parts. */
type Source = (rng: Rng) => number;
const EXACT_K = 65_535;

function rawPair(rng: Rng, n: number, m: number, source: Source): FeaturePair {
  const side = (rows: number) =>
    numbers(
      draw(rows, () => source(rng)),
      EXACT_K,
    );
  return pairOf('numeric', side(n), side(m));
}

function foldedPair(rng: Rng, n: number, m: number, source: Source): FeaturePair {
  return pairOf('numeric', folded(rng, n, source), folded(rng, m, source));
}

function folded(rng: Rng, rows: number, source: Source): FeatureProfile {
  const part = () =>
    numbers(
      draw(rows / 5, () => source(rng)),
      2048,
      rng.nextUint32(),
    );
  const parts = draw(5, () => profileOf(rows / 5, { x: part() }));
  return mergeProfiles(parts, rng.nextUint32()).features.get('x') ?? {};
}

const gaussian: Source = (rng) => normal(rng);
const cauchy: Source = (rng) => Math.tan(Math.PI * (rng.next() - 0.5));
const dice: Source = (rng) => Math.floor(6 * rng.next() ** 2);

const numeric = (name: string, n: number, m: number, source: Source, pair = rawPair): NullScenario => ({
  name: `${name}, ${n} and ${m}`,
  draw: (rng) => pair(rng, n, m, source),
});
const named = (name: string, n: number, m: number, weights: readonly number[]): NullScenario => ({
  name: `${name}, ${n} and ${m}`,
  draw: (rng) => categoricalPair(multinomial(rng, n, weights), multinomial(rng, m, weights)),
});
const binomial = (rng: Rng, n: number, p: number) => multinomial(rng, n, [p, 1 - p])[0] as number;
const gone = (n: number, m: number, p: number): NullScenario => ({
  name: `${p * 100} % missing, ${n} and ${m}`,
  draw: (rng) => missingPair(binomial(rng, n, p), n, binomial(rng, m, p), m),
});
const mixed = (n: number, m: number, p: number): NullScenario => ({
  name: `${p * 100} % of a wrong type, ${n} and ${m}`,
  draw: (rng) => {
    const side = (rows: number): FeatureProfile => {
      const wrong = Math.max(1, binomial(rng, rows, p));
      const numeric = numbers(draw(rows - wrong, () => rng.next())).numeric;
      const categories = categoricalPair([wrong], []).reference.categories;
      return { ...(numeric && { numeric }), ...(categories && { categories }) };
    };
    return pairOf('numeric', side(n), side(m));
  },
});

const SIZES = [
  [60, 60],
  [500, 500],
  [5000, 5000],
  [300, 710],
] as const;

const NUMERIC: readonly NullScenario[] = [
  ...SIZES.map(([n, m]) => numeric('bell curve', n, m, gaussian)),
  ...SIZES.map(([n, m]) => numeric('heavy tails', n, m, cauchy)),
  ...SIZES.map(([n, m]) => numeric('six values', n, m, dice)),
  numeric('folded bell curve', 5000, 5000, gaussian, foldedPair),
  numeric('folded bell curve', 5000, 300, gaussian, foldedPair),
  numeric('folded heavy tails', 5000, 5000, cauchy, foldedPair),
  numeric('folded six values', 5000, 5000, dice, foldedPair),
];
const ONE_DOMINATES = named('one dominates', 200, 100, [97, 1, 1, 1]);
const CATEGORICAL: readonly NullScenario[] = [
  ...SIZES.map(([n, m]) => named('two categories', n, m, [7, 3])),
  ...SIZES.map(([n, m]) => named('three categories', n, m, [6, 3, 1])),
  ...SIZES.map(([n, m]) => named('200 Zipf categories', n, m, zipf(200))),
  named('200 equal categories', 5000, 5000, zipf(200, 0)),
  ONE_DOMINATES,
];
const SHARES: readonly NullScenario[] = [gone(400, 300, 0.1), gone(200, 100, 0.01), mixed(500, 300, 0.1)];

/** Nothing has drifted in any of these. */
export const NULL_SCENARIOS: readonly NullScenario[] = [...NUMERIC, ...CATEGORICAL, ...SHARES];

/** Those that take seconds: every distribution, at one pair of sizes. */
export const QUICK_NULL_SCENARIOS: readonly NullScenario[] = NULL_SCENARIOS.filter(
  (scenario) => scenario.name.endsWith(', 300 and 710') || scenario === ONE_DOMINATES || SHARES.includes(scenario),
);

/** `uniform`: P(p ≤ α) is α. `conservative`: at most α, at the levels that people use. */
export type Claim = 'uniform' | 'conservative';

const BELL = SIZES.map(([n, m]) => `bell curve, ${n} and ${m}`);
const HEAVY = SIZES.map(([n, m]) => `heavy tails, ${n} and ${m}`);
const TIED = SIZES.map(([n, m]) => `six values, ${n} and ${m}`);
/** Ten bins need a hundred rows. */
const BINNED = [...BELL.slice(1), ...HEAVY.slice(1), ...TIED.slice(1, 3)];
const COUNTS = ['two categories, 5000 and 5000', 'two categories, 300 and 710'];
const FEW = [...COUNTS, ...SIZES.map(([n, m]) => `three categories, ${n} and ${m}`)];
const MANY = [
  '200 Zipf categories, 500 and 500',
  '200 Zipf categories, 5000 and 5000',
  '200 equal categories, 5000 and 5000',
];
const EVERYWHERE = [...BELL, ...HEAVY, ...TIED];

/** Where each test claims uniform p-values; everywhere else that it can say, conservative ones. Folded sketches are always that. */
const UNIFORM: Record<TestName, readonly string[]> = {
  ks: [
    'bell curve, 5000 and 5000',
    'bell curve, 300 and 710',
    'heavy tails, 5000 and 5000',
    'heavy tails, 300 and 710',
  ],
  wasserstein: [...BELL, ...HEAVY],
  energy: [...BELL.slice(1), ...HEAVY],
  anderson: [...BELL, ...HEAVY],
  cvm: [...BELL, ...HEAVY],
  mannwhitney: EVERYWHERE,
  welch: [...BELL, ...TIED],
  psi: [...BINNED, ...FEW],
  js: [...BINNED, ...FEW],
  kl: [...BINNED, ...FEW],
  hellinger: [...BINNED, ...FEW],
  tvd: [...BINNED, ...FEW, ...MANY],
  linf: [...BINNED, ...FEW, ...MANY],
  chi2: [...FEW, ...MANY],
  gtest: [...FEW, ...MANY],
  ztest: COUNTS,
  fisher: ['two categories, 5000 and 5000'],
  missing: ['10 % missing, 400 and 300'],
  unseen: [],
  out_of_range: [],
  type_mismatch: ['10 % of a wrong type, 500 and 300'],
};

export function claimOf(test: TestName, scenario: NullScenario): Claim {
  return UNIFORM[test].includes(scenario.name) ? 'uniform' : 'conservative';
}

/** The p-values of every test that can answer, from the same draws. */
export function drawPValues(scenario: NullScenario, rng: Rng, rounds: number): Map<TestName, (number | null)[]> {
  const drawn = new Map<TestName, (number | null)[]>();
  for (let round = 0; round < rounds; round++) {
    const pair = scenario.draw(rng);
    for (const name of TEST_NAMES) {
      const test = DRIFT_TESTS[name];
      if (!test.types.includes(pair.type) || !(test.appliesTo?.(pair) ?? true)) continue;
      const pValues = drawn.get(name) ?? [];
      pValues.push(test.compare(pair, 'calibrated').pValue);
      drawn.set(name, pValues);
    }
  }
  return drawn;
}
