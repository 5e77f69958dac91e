import { expect, it } from 'vitest';
import { describeShift } from '../../../../src/core/drift/movement/shift.ts';
import { profileOf } from '../../../../src/services/datasets/profile-of.ts';

const kinds = { numeric: ['x'], categorical: ['c'] };
const of = (rows: object[]) => profileOf(rows as Record<string, unknown>[], kinds).features;
const feature = (rows: object[], name: string) => of(rows).get(name) ?? {};

it('has the median of numbers', () => {
  const [before, after] = [
    [1, 2, 3],
    [10, 20, 30],
  ].map((values) =>
    feature(
      values.map((x) => ({ x })),
      'x',
    ),
  );
  expect(describeShift(before ?? {}, after ?? {})).toEqual({ median: { reference: 2, current: 20 } });
});

it('has the category whose share changed most, also a new one', () => {
  const [before, after] = [
    ['a', 'a', 'b', 'b'],
    ['a', 'n', 'n', 'n'],
  ].map((values) =>
    feature(
      values.map((c) => ({ c })),
      'c',
    ),
  );
  expect(describeShift(before ?? {}, after ?? {})).toEqual({ share: { category: 'n', reference: 0, current: 0.75 } });
});

it('is null where one side is empty', () => {
  expect(describeShift(feature([{ x: 1 }], 'x'), {})).toBeNull();
  expect(describeShift({}, feature([{ c: 'a' }], 'c'))).toBeNull();
});
