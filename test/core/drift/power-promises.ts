import type { FeaturePair } from '../../../src/core/drift/drift-test.ts';
import { judge } from '../../../src/core/drift/judge.ts';
import type { TestName } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
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
} from './pairs.ts';

export interface PowerPromise {
  readonly what: string;
  readonly draw: (rng: Rng) => FeaturePair;
  /** Smallest share of windows in which drift must be found, at the default level and floor. */
  readonly power: number;
}

const moved = (rng: Rng, from: number[], to: number[], n: number, m: number) =>
  categoricalPair(multinomial(rng, n, from), multinomial(rng, m, to));
const missingShares = (rng: Rng, p: number, q: number, n: number, m: number) =>
  missingPair(multinomial(rng, n, [p, 1 - p])[0] as number, n, multinomial(rng, m, [q, 1 - q])[0] as number, m);

const shifted = (rng: Rng, n: number, m: number, mean: number, deviation = 1) =>
  numericPair(
    draw(n, () => normal(rng)),
    draw(m, () => normal(rng, mean, deviation)),
  );
const SHIFTS: PowerPromise[] = [
  {
    what: 'half a standard deviation, 200 and 200',
    draw: (rng) => shifted(rng, 200, 200, 0.5),
    power: 0.9,
  },
  {
    what: 'a quarter of one, 2000 and 1000',
    draw: (rng) => shifted(rng, 2000, 1000, 0.25),
    power: 0.95,
  },
  {
    what: 'a quarter of one, through sketches of 6000 and 5000',
    draw: (rng) => shifted(rng, 6000, 5000, 0.25),
    power: 0.99,
  },
];
const SHARES: PowerPromise[] = [
  {
    what: '.6 .3 .1 to .35 .4 .25, 400 and 400',
    draw: (rng) => moved(rng, [60, 30, 10], [35, 40, 25], 400, 400),
    power: 0.95,
  },
  {
    what: 'one category replaced by a new one',
    draw: (rng) => moved(rng, [5, 3, 2, 0], [5, 3, 0, 2], 500, 150),
    power: 0.9,
  },
  { what: 'one standard deviation over deciles', draw: (rng) => shifted(rng, 500, 300, 1), power: 0.99 },
];
const CATEGORIES = SHARES.slice(0, 2);
const TWO_VALUES: PowerPromise[] = [
  { what: '30 % to 45 %, 300 and 300', draw: (rng) => moved(rng, [7, 3], [55, 45], 300, 300), power: 0.9 },
  { what: '5 % to 20 %, 1000 and 200', draw: (rng) => moved(rng, [95, 5], [80, 20], 1000, 200), power: 0.99 },
];

/** What each test promises to find. */
export const PROMISES: Record<TestName, PowerPromise[]> = {
  ks: [
    {
      what: 'half a standard deviation, 200 and 200',
      draw: (rng) =>
        numericPair(
          draw(200, () => normal(rng)),
          draw(200, () => normal(rng, 0.5)),
        ),
      power: 0.95,
    },
    {
      what: 'a quarter of one, 2000 and 500',
      draw: (rng) =>
        numericPair(
          draw(2000, () => normal(rng)),
          draw(500, () => normal(rng, 0.25)),
        ),
      power: 0.95,
    },
    {
      what: 'twice the spread, 300 and 300',
      draw: (rng) =>
        numericPair(
          draw(300, () => normal(rng)),
          draw(300, () => normal(rng, 0, 2)),
        ),
      power: 0.95,
    },
    {
      what: 'a quarter of one, through sketches',
      draw: (rng) =>
        numericPair(
          draw(6000, () => normal(rng)),
          draw(5000, () => normal(rng, 0.25)),
        ),
      power: 0.99,
    },
  ],
  psi: [
    {
      what: '.6 .3 .1 to .3 .4 .3, 200 and 200',
      draw: (rng) => moved(rng, [6, 3, 1], [3, 4, 3], 200, 200),
      power: 0.95,
    },
    {
      what: 'one category replaced by a new one',
      draw: (rng) => moved(rng, [5, 3, 2, 0], [5, 3, 0, 2], 500, 150),
      power: 0.99,
    },
    {
      what: 'one standard deviation over deciles',
      draw: (rng) =>
        numericPair(
          draw(500, () => normal(rng)),
          draw(300, () => normal(rng, 1)),
        ),
      power: 0.99,
    },
  ],
  chi2: [
    {
      what: '.6 .3 .1 to .4 .4 .2, 400 and 400',
      draw: (rng) => moved(rng, [6, 3, 1], [4, 4, 2], 400, 400),
      power: 0.95,
    },
    {
      what: 'a rare category takes over, 1000 and 40',
      draw: (rng) => moved(rng, [98, 2], [5, 5], 1000, 40),
      power: 0.99,
    },
  ],
  wasserstein: SHIFTS,
  anderson: SHIFTS,
  cvm: SHIFTS,
  energy: SHIFTS,
  mannwhitney: SHIFTS,
  welch: SHIFTS,
  js: SHARES,
  kl: SHARES,
  hellinger: SHARES,
  tvd: SHARES,
  linf: SHARES,
  gtest: CATEGORIES,
  ztest: TWO_VALUES,
  fisher: TWO_VALUES,
  out_of_range: [
    { what: 'a tenth beyond the range', draw: (rng) => shifted(rng, 500, 300, 0, 2.5), power: 0.95 },
    { what: 'everything beyond the range, 100 and 20', draw: (rng) => shifted(rng, 100, 20, 9), power: 0.99 },
  ],
  type_mismatch: [
    {
      what: 'a tenth of the numbers become texts',
      draw: (rng) => {
        const current = { ...numbers(draw(180, () => normal(rng))), ...categories([20]) };
        return pairOf('numeric', numbers(draw(500, () => normal(rng))), current);
      },
      power: 0.99,
    },
  ],
  missing: [
    { what: '1 % to 8 %, 500 and 500', draw: (rng) => missingShares(rng, 0.01, 0.08, 500, 500), power: 0.95 },
    { what: 'never to a half, 100 and 20', draw: (rng) => missingShares(rng, 0, 0.5, 100, 20), power: 0.99 },
    { what: 'a half to never', draw: (rng) => missingShares(rng, 0.5, 0, 200, 200), power: 0.99 },
  ],
  unseen: [
    {
      what: '6 % of new categories, 500 and 500',
      draw: (rng) => moved(rng, [6, 4, 0], [6, 3.4, 0.6], 500, 500),
      power: 0.95,
    },
    { what: 'every value new, 100 and 20', draw: (rng) => moved(rng, [1, 0], [0, 1], 100, 20), power: 0.99 },
  ],
};

const ROUNDS = 100;

/** In how many of 100 pairs of windows drift is found, at the default level and floor. */
export function countFound(test: TestName, { what, draw: drawPair }: PowerPromise): number {
  const rng = seededRng(`${test} ${what}`);
  let found = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const result = DRIFT_TESTS[test].compare(drawPair(rng), 'calibrated');
    const [finding] = judge([{ feature: 'x', test, result }], CALIBRATED);
    if (finding?.verdict === 'fail') found++;
  }
  return found;
}
