import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CategoryCounts, MAX_CATEGORIES } from '../../../src/core/profile/counts.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { names } from './arbitraries.ts';

function countsOf(values: Iterable<string>): CategoryCounts {
  const c = new CategoryCounts();
  for (const value of values) c.add(value);
  return c;
}

function factsOf(c: CategoryCounts): unknown {
  return {
    n: c.n,
    counts: new Map([...c.counts].sort()),
    other: c.other,
    cardinality: c.cardinality(),
    isExact: c.isExact,
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `user-${from + i}`);

test('laws under the cap: identity, order, merge = concatenation; the argument stays', () => {
  fc.assert(
    fc.property(names, names, (a, b) => {
      const [x, y] = [countsOf(a), countsOf(b)];
      const both = x.clone();
      both.merge(y);
      both.merge(new CategoryCounts());
      expect(factsOf(both)).toEqual(factsOf(countsOf([...b, ...a].reverse())));
      expect(factsOf(y)).toEqual(factsOf(countsOf(b)));
      y.merge(x);
      expect(factsOf(y)).toEqual(factsOf(both));
      expect(factsOf(x)).toEqual(factsOf(countsOf(a)));
    }),
  );
});

test('exactly 1,000 categories are all kept, also through merges of overlapping parts', () => {
  const left = countsOf(range(0, 700));
  left.merge(countsOf(range(300, MAX_CATEGORIES)));
  expect([left.isExact, left.counts.size, left.other, left.cardinality(), left.n]).toEqual([
    true,
    1_000,
    0,
    1_000,
    1_400,
  ]);
  expect(left.counts.get('user-500')).toBe(2);
});

describe('past the cap', () => {
  test('the most frequent keep their names, the rest are counted in other; ties go by name', () => {
    const c = countsOf(range(0, 1_500).flatMap((name, i) => Array<string>(i < 900 ? 5 : 2).fill(name)));
    expect([c.isExact, c.counts.size, c.n]).toEqual([false, MAX_CATEGORIES, 900 * 5 + 600 * 2]);
    expect(c.other).toBe(500 * 2);
    expect(range(0, 900).every((name) => c.counts.get(name) === 5)).toBe(true);
    expect([c.counts.has('user-1000'), c.counts.has('user-999')]).toEqual([true, false]);
    expect(Math.abs(c.cardinality() - 1_500)).toBeLessThan(100);
  });

  test('a million categories: n is exact, cardinality estimated, no name kept', () => {
    const c = countsOf(range(0, 1_000_000));
    expect([c.n, c.counts.size, c.other]).toEqual([1_000_000, 0, 1_000_000]);
    expect(Math.abs(c.cardinality() - 1e6)).toBeLessThan(7e4);
  });

  test('nearly distinct at first, repeating later: the names come back', () => {
    const c = countsOf(range(0, 5_000));
    expect(c.counts.size).toBe(0);
    for (let round = 0; round < 20; round++) for (const name of range(0, 5_000)) c.add(name);
    expect(c.counts.size).toBe(MAX_CATEGORIES);
    expect(c.n).toBe(105_000);
  });

  test('heavy hitters survive a long tail, in one stream and in merged parts', () => {
    const rng = seededRng(4);
    const draw = () =>
      rng.next() < 0.5 ? `top-${Math.floor(rng.next() * 10)}` : `tail-${Math.floor(rng.next() * 20_000)}`;
    const values = Array.from({ length: 60_000 }, draw);
    const merged = new CategoryCounts();
    for (let i = 0; i < values.length; i += 5_000) merged.merge(countsOf(values.slice(i, i + 5_000)));
    for (const c of [countsOf(values), merged]) {
      for (let top = 0; top < 10; top++) {
        expect(c.counts.get(`top-${top}`)).toBe(values.filter((value) => value === `top-${top}`).length);
      }
      expect([...c.counts.values()].reduce((sum, count) => sum + count, c.other)).toBe(60_000);
      expect(c.counts.size).toBe(MAX_CATEGORIES);
    }
  });

  test('n, other and names add up in every shape of merge, and reading changes nothing', () => {
    const part = fc.record({ from: fc.nat(2_000), size: fc.nat(1_800), times: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const merged = new CategoryCounts();
        let n = 0;
        for (const { from, size, times } of parts) {
          const c = new CategoryCounts();
          for (const name of range(from, from + size)) c.add(name, times);
          const before = factsOf(c);
          merged.merge(c);
          expect(factsOf(c)).toEqual(before);
          n += size * times;
        }
        const facts = factsOf(merged);
        expect(merged.n).toBe(n);
        expect([...merged.counts.values()].reduce((sum, count) => sum + count, merged.other)).toBe(n);
        expect(merged.counts.size).toBeLessThanOrEqual(MAX_CATEGORIES);
        expect(factsOf(merged)).toEqual(facts);
        expect(factsOf(merged.clone())).toEqual(facts);
      }),
      { numRuns: 25 },
    );
  });
});

test('a long name is cut to 200 characters that still differ from any other', () => {
  const long = 'x'.repeat(300);
  const c = countsOf([long, long, `${long}y`, 'x'.repeat(200)]);
  const [first = ''] = c.counts.keys();
  expect(first).toMatch(/^x{190}…#[0-9a-f]{8}$/);
  expect([...c.counts.values()]).toEqual([2, 1, 1]);
  expect(factsOf(countsOf(c.counts.keys()))).toMatchObject({ cardinality: 3 });
});

test('NUL and lone surrogates become U+FFFD; names of the language are only names', () => {
  const c = countsOf(['a\0b', '\ud800', '\ud801', '__proto__', 'constructor']);
  expect([...c.counts]).toEqual([
    ['a\uFFFDb', 1],
    ['\uFFFD', 2],
    ['__proto__', 1],
    ['constructor', 1],
  ]);
});

test('a count below one is refused', () => {
  for (const count of [0, -1, 1.5, Number.NaN]) expect(() => new CategoryCounts().add('a', count)).toThrow(RangeError);
});
