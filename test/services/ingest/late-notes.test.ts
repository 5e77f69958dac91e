import { expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { LateNotes } from '../../../src/services/ingest/late-notes.ts';

const part = (bucketMs: number, streamId = 1) => ({
  streamId,
  bucketMs,
  span: 60 as const,
  n: 1,
  profile: new Uint8Array(),
});

it('only a minute that has ended is late', () => {
  const notes = new LateNotes();
  expect(notes.find([part(0)], MINUTE_MS - 1)).toEqual([]);
  expect(notes.find([part(0)], MINUTE_MS)).toEqual([{ streamId: 1, bucketMs: 0, noticedAtMs: MINUTE_MS }]);
});

it('one note stands for half a minute, for its stream and minute alone', () => {
  const notes = new LateNotes();
  const at = 10 * MINUTE_MS;
  notes.remember(notes.find([part(0)], at));
  expect(notes.find([part(0)], at + 29 * SECOND_MS)).toEqual([]);
  expect(notes.find([part(0)], at + 30 * SECOND_MS)).toHaveLength(1);
  expect(notes.find([part(MINUTE_MS), part(0, 2)], at)).toHaveLength(2);
});

it('what was not committed is noted again', () => {
  const notes = new LateNotes();
  notes.find([part(0)], MINUTE_MS);
  expect(notes.find([part(0)], MINUTE_MS)).toHaveLength(1);
});
