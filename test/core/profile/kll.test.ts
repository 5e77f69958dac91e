import fc from 'fast-check';
import { quantile } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { KllSketch } from '../../../src/core/profile/kll.ts';
import { shareAtMost } from '../../../src/core/profile/weighted-sample.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { amounts } from './arbitraries.ts';

function sketchOf(values: Iterable<number>, options: { k?: number; seed?: number } = {}): KllSketch {
  const sketch = new KllSketch(options);
  for (const x of values) sketch.add(x);
  return sketch;
}

function contentOf(sketch: KllSketch): number[][] {
  return sketch.levels().map((run) => [...run]);
}

const ascending = (values: readonly number[]) => Float64Array.from(values, (x) => x + 0).sort();

describe('small facts', () => {
  test('empty', () => {
    const s = new KllSketch();
    expect([s.n, s.isExact, s.rankError(), s.massError(), s.weighted().total]).toEqual([0, true, 0, 0, 0]);
    expect(s.quantile(0.5)).toBeNaN();
    expect(shareAtMost(s.weighted(), 1)).toBeNaN();
  });

  test('one value', () => {
    const s = sketchOf([7]);
    expect([s.quantile(0), s.quantile(0.5), s.quantile(1)]).toEqual([7, 7, 7]);
    expect([shareAtMost(s.weighted(), 6.9), shareAtMost(s.weighted(), 7)]).toEqual([0, 1]);
  });

  test('ten values, exact', () => {
    const s = sketchOf([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]);
    expect([...s.weighted().values]).toEqual([1, 1, 2, 3, 3, 4, 5, 5, 6, 9]);
    expect(shareAtMost(s.weighted(), 3)).toBe(0.5);
  });

  test('exact up to k values, not beyond', () => {
    const s = sketchOf(Array.from({ length: 2048 }, (_, i) => i));
    expect([s.isExact, s.retained, s.rankError()]).toEqual([true, 2048, 0]);
    s.add(1);
    expect([s.isExact, s.n]).toEqual([false, 2049]);
    expect(s.rankError()).toBeCloseTo(0.00138, 5);
    expect(s.massError()).toBeCloseTo(0.00184, 5);
  });

  test('a full sketch keeps about 3k values', () => {
    expect(sketchOf(randomValues(200_000)).retained).toBeLessThanOrEqual(3.2 * 2048);
  });

  test('minus zero counts as zero', () => expect(Object.is(sketchOf([-0]).quantile(0), 0)).toBe(true));

  test('many values at once: to the bit what one after the other gives', () => {
    const values = randomValues(20_000);
    for (const size of [1, 7, 256, 5_000, 20_000]) {
      const s = new KllSketch({ k: 64, seed: 3 });
      for (let i = 0; i < values.length; i += size) s.addAll(Float64Array.from(values.slice(i, i + size)));
      expect(contentOf(s)).toEqual(contentOf(sketchOf(values, { k: 64, seed: 3 })));
    }
    const s = new KllSketch();
    s.addAll(Float64Array.of(-0));
    expect(Object.is(s.quantile(0), 0)).toBe(true);
    expect(() => s.addAll(Float64Array.of(1, Number.NaN))).toThrow(RangeError);
  });

  test('refusals', () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => new KllSketch().add(x)).toThrow(RangeError);
    for (const k of [7, 65_536, 8.5]) expect(() => new KllSketch({ k })).toThrow(RangeError);
    for (const q of [-0.1, 1.1, Number.NaN]) expect(() => new KllSketch().quantile(q)).toThrow(RangeError);
    expect(() => new KllSketch({ k: 8 }).merge(new KllSketch({ k: 9 }))).toThrow('k must be 8, got 9');
  });

  test('reading does not change what comes after', () => {
    const [read, unread] = [new KllSketch({ k: 16 }), new KllSketch({ k: 16 })];
    for (const x of randomValues(500)) {
      read.add(x);
      unread.add(x);
      read.weighted();
    }
    expect(contentOf(read)).toEqual(contentOf(unread));
  });
});

test('laws while exact: identity, order, merge = concatenation', () => {
  fc.assert(
    fc.property(amounts, amounts, amounts, (a, b, c) => {
      const all = sketchOf([...a, ...b, ...c]);
      const [left, right] = [sketchOf(a), sketchOf(c)];
      left.merge(sketchOf(b));
      left.merge(right);
      right.merge(sketchOf([...b, ...a]));
      left.merge(new KllSketch());
      expect(contentOf(left)).toEqual(contentOf(all));
      expect(contentOf(right)).toEqual(contentOf(all));
      expect([...left.weighted().values]).toEqual([...ascending([...a, ...b, ...c])]);
    }),
  );
});

test('several quantiles at once are the same as one by one', () => {
  const shares = [0, 0.1, 0.25, 0.5, 0.5, 0.9, 1];
  for (const n of [0, 1, 5, 2_000, 20_000]) {
    const s = sketchOf(Array.from({ length: n }, (_, i) => (i * 7919) % 1009));
    expect(s.quantiles(shares)).toEqual(shares.map((share) => s.quantile(share)));
  }
});

test('while exact, quantiles are type 7 and shares are counted', () => {
  fc.assert(
    fc.property(
      amounts.filter((values) => values.length > 0),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        const sorted = ascending(values);
        const h = (sorted.length - 1) * q;
        const [low, high] = [sorted[Math.floor(h)] as number, sorted[Math.ceil(h)] as number];
        const s = sketchOf(values);
        expect(s.quantile(q)).toBeCloseTo(low + (h - Math.floor(h)) * (high - low), 6);
        expect(shareAtMost(s.weighted(), low)).toBe(sorted.filter((x) => x <= low).length / sorted.length);
      },
    ),
  );
  expect(sketchOf([1, 2, 3, 4]).quantile(0.5)).toBe(quantile([1, 2, 3, 4], 0.5));
});

test('in every shape of merge: n and weights add up, levels are sorted, the argument stays, seeds repeat', () => {
  const shape = fc.array(fc.nat(200), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(shape, fc.nat(), (sizes, seed) => {
      const parts = sizes.map((size, i) => sketchOf(randomValues(size, i), { k: 16, seed: i }));
      const before = parts.map(contentOf);
      const merge = () => {
        const merged = new KllSketch({ k: 16, seed });
        for (const part of parts) merged.merge(part);
        return merged;
      };
      const merged = merge();
      const n = sizes.reduce((sum, size) => sum + size, 0);
      const { values, weights, total } = merged.weighted();
      expect([merged.n, total, weights.reduce((sum, w) => sum + w, 0)]).toEqual([n, n, n]);
      expect(values).toEqual(values.slice().sort());
      expect(merged.isExact).toBe(n <= 16);
      expect(parts.map(contentOf)).toEqual(before);
      expect(contentOf(merge())).toEqual(contentOf(merged));
      merged.merge(merged);
      expect(merged.n).toBe(2 * n);
    }),
  );
});

test('a clone and its original go their own ways', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (size, more) => {
      const original = sketchOf(randomValues(size), { k: 16, seed: 5 });
      const before = contentOf(original);
      const copy = original.clone();
      for (const x of randomValues(more, 9)) copy.add(x);
      expect(contentOf(original)).toEqual(before);
      for (const x of randomValues(more, 9)) original.add(x);
      expect(contentOf(original)).toEqual(contentOf(copy));
    }),
  );
});

test('the coin has no favorite: over seeds, the estimated median has no bias', () => {
  let above = 0;
  for (let seed = 0; seed < 400; seed++) {
    const s = sketchOf(
      Array.from({ length: 201 }, (_, i) => i),
      { k: 16, seed },
    );
    above += shareAtMost(s.weighted(), 99.5) - 100 / 201;
  }
  expect(Math.abs(above / 400)).toBeLessThan(0.005);
});

describe('the stated error holds', () => {
  const inputs: Record<string, (n: number) => Float64Array> = {
    sorted: (n) => randomValues(n).sort(),
    reversed: (n) => randomValues(n).sort().reverse(),
    random: (n) => randomValues(n),
    tied: (n) => randomValues(n).map((x) => Math.floor(x * x * 40)),
  };
  for (const [name, make] of Object.entries(inputs)) {
    for (const n of [100_000, 1_000_000]) {
      test(`${name}, n = ${n}: one stream, and 1,000 merged parts`, () => {
        const values = make(n);
        const truth = values.slice().sort();
        const stream = sketchOf(values, { seed: 1 });
        expect(largestRankError(stream, truth)).toBeLessThanOrEqual(stream.rankError());
        const merged = new KllSketch({ seed: 2 });
        for (let part = 0; part < 1_000; part++) {
          merged.merge(sketchOf(values.subarray((part * n) / 1_000, ((part + 1) * n) / 1_000), { seed: part }));
        }
        expect(largestRankError(merged, truth)).toBeLessThanOrEqual(merged.rankError());
        expect(Math.abs(shareAtMost(merged.weighted(), merged.quantile(0.95)) - 0.95)).toBeLessThan(
          name === 'tied' ? 0.05 : 0.002,
        );
      });
    }
  }

  test('of full parts merged', () => {
    const values = randomValues(30 * 33_000, 3);
    const merged = new KllSketch({ seed: 3 });
    for (let i = 0; i < 30; i++) merged.merge(sketchOf(values.subarray(i * 33_000, (i + 1) * 33_000), { seed: i }));
    expect(largestRankError(merged, values.slice().sort())).toBeLessThanOrEqual(merged.rankError());
  });
});

function randomValues(n: number, seed = 0): Float64Array {
  const rng = seededRng(seed);
  return Float64Array.from({ length: n }, () => rng.next());
}

/** max over x of |estimated share ≤ x − true share ≤ x|; the sketch's values are all among the true ones. */
function largestRankError(sketch: KllSketch, truth: Float64Array): number {
  const { values, weights } = sketch.weighted();
  let [at, weight, largest] = [0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === truth[i + 1]) continue;
    while (at < values.length && (values[at] as number) <= (truth[i] as number)) weight += weights[at++] as number;
    largest = Math.max(largest, Math.abs(weight - (i + 1)) / truth.length);
  }
  return largest;
}
