import { describe, expect, it } from 'vitest';
import { alignCategories } from '../../../../src/core/drift/bins/align-categories.ts';
import { liveCategories, liveCounts } from '../../../../src/core/drift/bins/live-counts.ts';
import { CategoryCounts } from '../../../../src/core/profile/counts.ts';
import { categories, type Tally } from '../pairs.ts';

const counts = (tally: Tally) => categories(tally).categories as CategoryCounts;

function overflowing(): CategoryCounts {
  const many = new CategoryCounts();
  many.add('big', 500);
  for (let i = 0; i < 1200; i++) many.add(`n${i}`, 2);
  return many;
}

describe('alignCategories', () => {
  it('is the union, in order of name', () => {
    expect(
      alignCategories(
        counts([
          ['b', 2],
          ['a', 1],
        ]),
        counts([
          ['c', 3],
          ['b', 4],
        ]),
      ),
    ).toEqual({
      names: ['a', 'b', 'c'],
      reference: [1, 2, 0],
      current: [0, 4, 3],
    });
  });

  it('puts what one side did not keep by name into one last cell, on both sides', () => {
    const many = overflowing();
    const cells = alignCategories(
      many,
      counts([
        ['big', 7],
        ['new', 5],
      ]),
    );
    const sum = (xs: number[]) => xs.reduce((a, b) => a + b, 0);
    expect(sum(cells.reference)).toBe(many.n);
    expect(sum(cells.current)).toBe(12);
    expect(cells.current.at(-1)).toBe(5);
    expect(cells.reference.at(-1)).toBe(many.other);
  });
});

describe('liveCounts', () => {
  it('shows the 50 largest and sums the rest, ties in order of name', () => {
    const shown = liveCounts(
      Array.from({ length: 60 }, (_, i) => [`n${String(i).padStart(2, '0')}`, 1]),
      5,
    );
    expect(Object.keys(shown)).toHaveLength(51);
    expect(shown).toMatchObject({ n00: 1, n49: 1, __other__: 15 });
  });

  it('adds the rest to a category that is itself called __other__', () => {
    const many = overflowing();
    many.add('__other__', 300);
    const shown = liveCategories(many);
    expect(Object.values(shown).reduce((a, b) => a + b, 0)).toBe(many.n);
  });

  it('keeps names that objects are born with as ordinary keys', () => {
    const shown = liveCounts([
      ['__proto__', 3],
      ['constructor', 2],
      ['toString', 1],
    ]);
    expect(JSON.stringify(shown)).toBe('{"__proto__":3,"constructor":2,"toString":1}');
  });
});
