import { expect, test } from 'vitest';
import { encodeProfile } from '../../src/core/profile/codec/profile-codec.ts';
import { emptyProfile } from '../../src/core/profile/profile.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../src/core/time/window.ts';
import { foldProfiles } from '../../src/services/maintenance/fold-profiles.ts';
import { appendRows } from '../../src/store/append.ts';
import type { Database } from '../../src/store/database.ts';
import { findLastEvents } from '../../src/store/last-events.ts';
import { dropPartitionsBefore, ensurePartitions } from '../../src/store/partitions.ts';
import { listStreams } from '../../src/store/streams.ts';
import { emptiedDatabase } from '../database.ts';
import { makeBatch, makeProfileRow, makeStream } from './make.ts';

const NOW = floorTo(Date.UTC(2026, 0, 15, 12, 30), MINUTE_MS);

/** Of one event without features. */
const PROFILE = encodeProfile({ ...emptyProfile(), events: 1 });

async function store(db: Database, streamId: number, timesMs: readonly number[]): Promise<void> {
  await ensurePartitions(db, timesMs);
  for (const ms of timesMs) {
    const profile = { ...makeProfileRow(streamId, floorTo(ms, MINUTE_MS)), profile: PROFILE };
    await appendRows(db, [makeBatch(streamId, [ms])], [profile]);
  }
}

const lastBucketOf = async (db: Database, id: number) =>
  (await db.query<{ at: Date | null }>('select last_bucket as at from streams where id = $1', [id])).rows[0]?.at;

const lastEventOf = async (db: Database, id: number) =>
  (await listStreams(db, { limit: 1000 })).streams.find((stream) => stream.id === id)?.lastEventMs;

test('the newest event is found before its hour is folded, after it, and when another came late or later', async () => {
  const db = await emptiedDatabase();
  const [a, b] = [await makeStream(db), await makeStream(db)];
  await store(db, a, [NOW - 30 * HOUR_MS, NOW - 5 * HOUR_MS - 7_000, NOW - 5 * HOUR_MS - 3_210]);
  expect(await lastEventOf(db, a)).toBe(NOW - 5 * HOUR_MS - 3_210);
  expect(await lastEventOf(db, b)).toBeNull();
  await foldProfiles(db, NOW);
  expect((await lastBucketOf(db, a))?.getTime()).toBe(floorTo(NOW - 5 * HOUR_MS - 3_210, MINUTE_MS));
  expect(await lastEventOf(db, a)).toBe(NOW - 5 * HOUR_MS - 3_210);

  await store(db, a, [NOW - 9 * HOUR_MS]);
  expect(await lastEventOf(db, a)).toBe(NOW - 5 * HOUR_MS - 3_210);
  await foldProfiles(db, NOW);
  expect(await lastEventOf(db, a)).toBe(NOW - 5 * HOUR_MS - 3_210);

  await store(db, a, [NOW - 2_000, NOW - 61_000]);
  await store(db, b, [NOW - HOUR_MS]);
  expect(await lastEventOf(db, a)).toBe(NOW - 2_000);
  expect(await lastEventOf(db, b)).toBe(NOW - HOUR_MS);
});

test('what came in the last minutes is enough', async () => {
  const db = await emptiedDatabase();
  const [a, b] = [await makeStream(db), await makeStream(db)];
  const { rows } = await db.query<{ now: Date }>('select now()');
  const nowMs = rows[0]?.now.getTime() ?? 0;
  await store(db, a, [nowMs - 20 * MINUTE_MS, nowMs - 1]);
  await store(db, b, [nowMs - 20 * MINUTE_MS]);
  const found = await findLastEvents(db, [
    { id: a, lastBucketMs: nowMs - DAY_MS },
    { id: b, lastBucketMs: null },
  ]);
  expect(found).toEqual(
    new Map([
      [a, nowMs - 1],
      [b, nowMs - 20 * MINUTE_MS],
    ]),
  );
});

test('a stream whose events are all dropped has none', async () => {
  const db = await emptiedDatabase();
  const a = await makeStream(db);
  await store(db, a, [NOW - 3 * DAY_MS]);
  await foldProfiles(db, NOW);
  await dropPartitionsBefore(db, NOW - DAY_MS);
  expect(await lastEventOf(db, a)).toBeNull();
});
