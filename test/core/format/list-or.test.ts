import { describe, expect, it } from 'vitest';
import { listOr } from '../../../src/core/format/list-or.ts';

describe('listOr', () => {
  it.each([
    [[], ''],
    [['bh'], 'bh'],
    [['bh', 'by'], 'bh or by'],
    [['bh', 'by', 'none'], 'bh, by or none'],
  ])('%j is %j', (names, words) => {
    expect(listOr(names)).toBe(words);
  });
});
