import { describe, expect, it } from 'vitest';
import { ceilTo, floorTo, groupByBucket, MINUTE_MS, parseDuration } from '../../../src/core/time/window.ts';

describe('parseDuration', () => {
  it.each([
    ['30m', 1_800_000],
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['3600', 3_600_000],
    ['45s', 45_000],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(['', '0', '0m', '-5m', '1.5h', '1w', 'h', '1h30m', '99999999999', '100000001d'])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('buckets', () => {
  it('floor and ceil leave a border where it is', () => {
    expect([floorTo(60_000, MINUTE_MS), ceilTo(60_000, MINUTE_MS)]).toEqual([60_000, 60_000]);
    expect([floorTo(60_001, MINUTE_MS), ceilTo(60_001, MINUTE_MS)]).toEqual([60_000, 120_000]);
  });
  it('groups by bucket, in order', () => {
    expect([...groupByBucket([1, 61_000, 2], MINUTE_MS, (ms) => ms)]).toEqual([
      [0, [1, 2]],
      [60_000, [61_000]],
    ]);
  });
});
