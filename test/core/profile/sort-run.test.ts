import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortRun } from '../../../src/core/profile/sort-run.ts';
import { type Rng, seededRng } from '../../../src/core/stats/rng.ts';
import { anyNumber } from './arbitraries.ts';

const SHAPES: Record<string, (rng: Rng, i: number) => number> = {
  uniform: (rng) => rng.next() - 0.5,
  'heavy tails': (rng) => Math.tan(Math.PI * (rng.next() - 0.5)) ** 5,
  ties: (rng) => Math.floor(rng.next() * 5),
  constant: () => 4,
  ascending: (_, i) => i,
  descending: (_, i) => -i,
  'one far away': (rng, i) => (i === 0 ? 1e300 : rng.next()),
  'the widest range': (rng, i) => (i % 2 === 0 ? 1 : -1) * rng.next() * Number.MAX_VALUE,
  'the narrowest range': (rng) => Math.floor(rng.next() * 3) * Number.MIN_VALUE,
  'neighboring doubles': (rng) => 1 + Math.floor(rng.next() * 9) * Number.EPSILON,
};

test.each(Object.keys(SHAPES))('%s, of every length: as the engine sorts', (shape) => {
  const rng = seededRng(shape);
  for (const length of [0, 1, 2, 15, 16, 17, 300, 2048, 4096, 4097]) {
    const run = Float64Array.from({ length }, (_, i) => (SHAPES[shape] as (rng: Rng, i: number) => number)(rng, i) + 0);
    const sorted = run.slice().sort();
    sortRun(run);
    expect(run).toEqual(sorted);
  }
});

test('any numbers', () => {
  fc.assert(
    fc.property(fc.array(anyNumber, { minLength: 16, maxLength: 200 }), (values) => {
      const run = Float64Array.from(values, (x) => x + 0);
      const sorted = run.slice().sort();
      sortRun(run);
      expect(run).toEqual(sorted);
    }),
  );
});
