import fc from 'fast-check';
import { sampleVariance } from 'simple-statistics';
import { expect, test } from 'vitest';
import {
  addValueInto,
  addValuesInto,
  emptyMoments,
  type Moments,
  mergeMoments,
  standardDeviation,
  variance,
} from '../../../src/core/profile/moments.ts';
import { amounts, anyNumber } from './arbitraries.ts';

function momentsOf(values: readonly number[]): Moments {
  const m = emptyMoments();
  for (const x of values) addValueInto(m, x);
  return m;
}

function expectSame(a: Moments, b: Moments): void {
  expect([a.n, a.min, a.max]).toEqual([b.n, b.min, b.max]);
  const scale = Math.max(1, Math.abs(a.min), Math.abs(a.max));
  if (a.n === 0) return;
  expect(Math.abs(a.mean - b.mean)).toBeLessThanOrEqual(1e-12 * scale);
  expect(Math.abs(a.m2 - b.m2)).toBeLessThanOrEqual(1e-12 * scale * scale * a.n);
}

test('mean, variance and range of a worked example', () => {
  const m = momentsOf([2, 4, 4, 4, 5, 5, 7, 9]);
  expect([m.n, m.mean, m.min, m.max]).toEqual([8, 5, 2, 9]);
  expect(variance(m)).toBeCloseTo(32 / 7, 12);
  expect(standardDeviation(momentsOf([1, 1]))).toBe(0);
});

test('nothing has no variance; one value neither', () => {
  expect(emptyMoments()).toEqual({
    n: 0,
    mean: 0,
    m2: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  });
  expect(variance(emptyMoments())).toBeNaN();
  expect(standardDeviation(momentsOf([1]))).toBeNaN();
});

test('agrees with two passes', () => {
  fc.assert(
    fc.property(
      amounts.filter((values) => values.length > 1),
      (values) => {
        const scale = Math.max(1, ...values.map(Math.abs));
        expect(Math.abs(variance(momentsOf(values)) - sampleVariance([...values]))).toBeLessThanOrEqual(
          1e-11 * scale * scale,
        );
      },
    ),
  );
});

test('laws: identity, order, merge = concatenation', () => {
  fc.assert(
    fc.property(amounts, amounts, amounts, (a, b, c) => {
      const [x, y, z] = [momentsOf(a), momentsOf(b), momentsOf(c)];
      expect(mergeMoments(x, emptyMoments())).toEqual(x);
      expect(mergeMoments(emptyMoments(), x)).toEqual(x);
      expectSame(mergeMoments(x, y), momentsOf([...a, ...b]));
      expectSame(mergeMoments(x, y), mergeMoments(y, x));
      expectSame(mergeMoments(mergeMoments(x, y), z), mergeMoments(x, mergeMoments(y, z)));
    }),
  );
});

test('any finite numbers keep every moment finite; the range stays true', () => {
  fc.assert(
    fc.property(fc.array(anyNumber, { minLength: 1 }), fc.array(anyNumber, { minLength: 1 }), (a, b) => {
      const m = mergeMoments(momentsOf(a), momentsOf(b));
      expect(Object.values(m).every(Number.isFinite)).toBe(true);
      expect(m.max === Math.max(...a, ...b) && m.min === Math.min(...a, ...b)).toBe(true);
    }),
  );
  const huge = { n: 1e9, mean: 1e150, m2: 0, min: 1e150, max: 1e150 };
  expect(mergeMoments(huge, { ...huge, mean: -1e150 }).m2).toBe(Number.MAX_VALUE);
});

test('minus zero counts as zero, and what is not finite is refused', () => {
  expect(Object.is(momentsOf([-0]).min, 0)).toBe(true);
  for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(() => addValueInto(emptyMoments(), x)).toThrow(RangeError);
  }
});

test('many values at once: to the bit what one after the other gives, and nothing where one is not finite', () => {
  fc.assert(
    fc.property(fc.array(anyNumber), fc.array(anyNumber), (first, second) => {
      const m = momentsOf(first);
      addValuesInto(m, Float64Array.from(second));
      expect(m).toStrictEqual(momentsOf([...first, ...second]));
    }),
  );
  const m = momentsOf([1]);
  expect(() => addValuesInto(m, Float64Array.of(2, Number.NaN))).toThrow(RangeError);
  expect(m).toEqual(momentsOf([1]));
});
