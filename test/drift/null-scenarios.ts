import type { FeaturePair } from '../../src/drift/drift-test.ts';
import type { TestName } from '../../src/drift/test-table.ts';
import type { Rng } from '../../src/stats/rng.ts';
import { categoricalPair, draw, missingPair, multinomial, normal, numericPair, zipf } from './pairs.ts';

export interface NullScenario {
  readonly name: string;
  readonly draw: (rng: Rng) => FeaturePair;
  /** `uniform`: P(p ≤ α) is α; `conservative`: at most α. */
  readonly claim: 'uniform' | 'conservative';
}

const normals = (rng: Rng, n: number) => draw(n, () => normal(rng));
const sameWeights = (rng: Rng, n: number, m: number, weights: readonly number[]) =>
  categoricalPair(multinomial(rng, n, weights), multinomial(rng, m, weights));
const binomial = (rng: Rng, n: number, p: number) => multinomial(rng, n, [p, 1 - p])[0] as number;
const sameShare = (rng: Rng, n: number, m: number, p: number) =>
  missingPair(binomial(rng, n, p), n, binomial(rng, m, p), m);

const CATEGORIES: NullScenario[] = [
  { name: '3 categories, 200 and 700', draw: (rng) => sameWeights(rng, 200, 700, [6, 3, 1]), claim: 'uniform' },
  { name: '20 equal ones, 300 and 250', draw: (rng) => sameWeights(rng, 300, 250, zipf(20, 0)), claim: 'uniform' },
  { name: '60 Zipf ones, 1000 and 300', draw: (rng) => sameWeights(rng, 1000, 300, zipf(60)), claim: 'uniform' },
  {
    name: 'one dominates, 200 and 100',
    draw: (rng) => sameWeights(rng, 200, 100, [97, 1, 1, 1]),
    claim: 'conservative',
  },
  { name: '20 rows a side', draw: (rng) => sameWeights(rng, 20, 20, [1, 1]), claim: 'conservative' },
];

/** Nothing has drifted in any of these. */
export const NULL_SCENARIOS: Record<TestName, NullScenario[]> = {
  ks: [
    { name: 'exact, 100 and 130', draw: (rng) => numericPair(normals(rng, 100), normals(rng, 130)), claim: 'uniform' },
    { name: 'exact, 80 and 80', draw: (rng) => numericPair(normals(rng, 80), normals(rng, 80)), claim: 'conservative' },
    {
      name: 'ties',
      draw: (rng) =>
        numericPair(
          draw(90, () => rng.nextUint32() % 6),
          draw(70, () => rng.nextUint32() % 6),
        ),
      claim: 'conservative',
    },
    {
      name: 'finite-n law, 2500 and 1700',
      draw: (rng) =>
        numericPair(
          draw(2500, () => rng.next()),
          draw(1700, () => rng.next()),
          4096,
        ),
      claim: 'uniform',
    },
    {
      name: 'sketches of k = 100',
      draw: (rng) =>
        numericPair(
          draw(2000, () => rng.next()),
          draw(1500, () => rng.next()),
          100,
        ),
      claim: 'conservative',
    },
  ],
  psi: [
    ...CATEGORIES,
    {
      name: 'deciles, 400 and 250',
      draw: (rng) => numericPair(normals(rng, 400), normals(rng, 250)),
      claim: 'uniform',
    },
    {
      name: 'deciles of sketches, k = 300',
      draw: (rng) =>
        numericPair(
          draw(2000, () => rng.next()),
          draw(1500, () => rng.next()),
          300,
        ),
      claim: 'conservative',
    },
  ],
  chi2: CATEGORIES,
  missing: [
    { name: '10 % of 400 and 300', draw: (rng) => sameShare(rng, 400, 300, 0.1), claim: 'uniform' },
    { name: '1 % of 200 and 100', draw: (rng) => sameShare(rng, 200, 100, 0.01), claim: 'conservative' },
    { name: '30 % of 12 and 9', draw: (rng) => sameShare(rng, 12, 9, 0.3), claim: 'conservative' },
  ],
  unseen: [
    {
      name: 'uniform on 100, 150 and 200',
      draw: (rng) => sameWeights(rng, 150, 200, zipf(100, 0)),
      claim: 'conservative',
    },
    { name: 'Zipf on 200, 300 and 600', draw: (rng) => sameWeights(rng, 300, 600, zipf(200)), claim: 'conservative' },
    {
      name: 'geometric, 100 and 500',
      draw: (rng) =>
        sameWeights(
          rng,
          100,
          500,
          Array.from({ length: 40 }, (_, i) => 0.7 ** i),
        ),
      claim: 'conservative',
    },
    {
      name: 'one rare one, 60 and 1000',
      draw: (rng) => sameWeights(rng, 60, 1000, [49, 49, 2]),
      claim: 'conservative',
    },
  ],
};
