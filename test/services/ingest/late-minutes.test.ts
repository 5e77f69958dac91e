import { expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { LateMinutes } from '../../../src/services/ingest/late-minutes.ts';

const profile = (bucketMs: number, streamId = 1) => ({
  streamId,
  bucketMs,
  span: 60 as const,
  n: 1,
  profile: new Uint8Array(),
});

it('only a minute that has ended is late', () => {
  const lateMinutes = new LateMinutes();
  expect(lateMinutes.find([profile(0)], MINUTE_MS - 1)).toEqual([]);
  expect(lateMinutes.find([profile(0)], MINUTE_MS)).toEqual([{ streamId: 1, bucketMs: 0, noticedAtMs: MINUTE_MS }]);
});

it('a recorded minute is not found again for 30 seconds; other minutes and streams are', () => {
  const lateMinutes = new LateMinutes();
  const at = 10 * MINUTE_MS;
  lateMinutes.remember(lateMinutes.find([profile(0)], at));
  expect(lateMinutes.find([profile(0)], at + 29 * SECOND_MS)).toEqual([]);
  expect(lateMinutes.find([profile(0)], at + 30 * SECOND_MS)).toHaveLength(1);
  expect(lateMinutes.find([profile(MINUTE_MS), profile(0, 2)], at)).toHaveLength(2);
});

it('a minute that was not committed is found again', () => {
  const lateMinutes = new LateMinutes();
  lateMinutes.find([profile(0)], MINUTE_MS);
  expect(lateMinutes.find([profile(0)], MINUTE_MS)).toHaveLength(1);
});
