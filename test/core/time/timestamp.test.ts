import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../../src/core/time/timestamp.ts';

describe('parseTimestamp', () => {
  it.each([
    ['2026-01-01T00:00:00.500Z', 1767225600500],
    ['2026-01-01T00:00:00Z', 1767225600000],
    ['2026-01-01t00:00:00z', 1767225600000],
    ['2026-01-01 00:00:00+00:00', 1767225600000],
    ['2026-01-01T02:00:00+0200', 1767225600000],
    ['2025-12-31T19:00:00-05:00', 1767225600000],
    ['2026-01-01T00:00:00.1239999Z', 1767225600123],
    ['2024-02-29T00:00:00Z', 1709164800000],
    [1767225600500.9, 1767225600500],
    [0, 0],
  ])('reads %s', (value, ms) => expect(parseTimestamp(value)).toBe(ms));

  it('takes a leap second for the first second of the next minute', () => {
    expect(parseTimestamp('2016-12-31T23:59:60Z')).toBe(Date.UTC(2017, 0, 1));
  });

  it.each(['2026-01-01T00:00:00', '2026-01-01 00:00', '2026-01-01'])('says that %s has no zone', (value) => {
    expect(parseTimestamp(value)).toBe('no_zone');
  });

  it.each([
    ['yesterday'],
    [''],
    [null],
    [true],
    [{}],
    ['2026-13-01T00:00:00Z'],
    ['2026-02-30T00:00:00Z'],
    ['2026-01-01T24:00:00Z'],
    ['2026-01-01T00:60:00Z'],
    ['2026-01-01T00:00:61Z'],
    ['2026-01-01T00:00:60Z'],
    ['2026-01-01T00:00:00+99:00'],
    ['12026-01-01T00:00:00Z'],
    [-1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [1e18],
    ['2026-01-01T00:00:0xZ'],
    ['2026-01-01T00:00:00.0x0Z'],
  ])('refuses %s', (value) => expect(parseTimestamp(value)).toBe('not_a_time'));

  it('agrees with Date on every moment that Date writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(parseTimestamp(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });
});
