import { expect, test } from 'vitest';
import { EventProgress } from '../../../src/cli/replay/event-progress.ts';

test('the share is that of the events that were sent, not of the bytes that were read', () => {
  const events = new EventProgress();
  events.addRead(1_000);
  expect(events.share(1)).toBe(0);
  events.addSent(250);
  expect(events.share(1)).toBe(0.25);
  expect(events.describe(1, 10_000)).toBe('250 events, 25/s, 30 s left');
  events.addSent(750);
  expect(events.share(1)).toBe(1);
  expect(events.describe(1, 20_000)).toMatch(/, 0 s left$/);
});

test('how many events a file has is estimated from the part that was read', () => {
  const events = new EventProgress();
  events.addRead(1_000);
  events.addSent(500);
  expect(events.share(0.1)).toBe(0.05);
  expect(events.describe(0.1, 10_000)).toBe('500 events, 50/s, 4 min left');
});

test('a resumed replay starts where it stopped, and its rate is that of now', () => {
  const events = new EventProgress();
  events.addRead(1_000);
  events.addSentEarlier(600);
  expect(events.share(1)).toBe(0.6);
  events.addSent(200);
  expect(events.describe(1, 1_000)).toBe('200 events, 200/s, 1 s left');
});
