import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/core/time/window.ts';
import { readRetryAfter } from '../../../src/runtime/net/retry-after.ts';

const NOW = Date.UTC(2026, 2, 1, 12);

describe('readRetryAfter', () => {
  it.each([
    ['seconds', '30', 30_000],
    ['no wait', '0', 0],
    ['spaces around', ' 7 ', 7_000],
    ['a day', '86400', DAY_MS],
    ['more than a day', '86401', DAY_MS],
    ['a number beyond all numbers', '9'.repeat(400), DAY_MS],
    ['a date', 'Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
    ['now', 'Sun, 01 Mar 2026 12:00:00 GMT', 0],
    ['a date that has passed', 'Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['a date long ago', 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['a date far ahead', 'Fri, 01 Jan 2100 00:00:00 GMT', DAY_MS],
  ])('reads %s: %s', (_, header, waitMs) => {
    expect(readRetryAfter(header, NOW)).toBe(waitMs);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a negative number', '-5'],
    ['a fraction', '1.5'],
    ['an exponent', '1e3'],
    ['a hexadecimal number', '0x10'],
    ['a word', 'soon'],
    ['two answers', '5, 10'],
    ['a date of ISO 8601', '2026-03-01T12:01:00Z'],
    ['a date without a zone', 'Sun, 01 Mar 2026 12:01:00'],
    ['a day that does not exist', 'Sun, 99 Foo 2026 12:01:00 GMT'],
  ])('leaves %s alone', (_, header) => {
    expect(readRetryAfter(header, NOW)).toBeUndefined();
  });
});
