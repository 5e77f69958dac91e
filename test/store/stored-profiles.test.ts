import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/time/window.ts';
import { appendRows } from '../../src/store/append.ts';
import type { Database } from '../../src/store/database.ts';
import {
  claimStreamForFolding,
  deleteProfiles,
  dropProfilesBefore,
  listProfileRefs,
  listUnfolded,
  loadProfiles,
  markFolded,
  replaceProfiles,
} from '../../src/store/stored-profiles.ts';
import { vacuumEmbedded } from '../../src/store/vacuum.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeProfileRow, makeStream } from './make.ts';

const database = withDatabase();
const WHOLE_DAY = { startMs: DAY, endMs: DAY + DAY_MS };

async function idsOf(db: Database, streamId: number): Promise<number[]> {
  return (await listProfileRefs(db, streamId, WHOLE_DAY)).map((ref) => ref.id);
}

describe('profile parts', () => {
  test('their bytes come back as they went in', async () => {
    const db = database();
    const streamId = await makeStream(db);
    const pool = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256);
    const profile = pool.subarray(3, 65_003);
    await appendRows(db, [], [{ ...makeProfileRow(streamId, DAY), profile }, makeProfileRow(streamId, DAY)]);
    const loaded = await loadProfiles(db, streamId, await idsOf(db, streamId));
    expect(loaded.map((part) => part.profile)).toHaveLength(2);
    expect(Buffer.compare(loaded[0]?.profile ?? pool, profile)).toBe(0);
    expect(await loadProfiles(db, streamId + 1_000_000, await idsOf(db, streamId))).toEqual([]);
    expect(await loadProfiles(db, streamId, [])).toEqual([]);
  });

  test('only parts that lie wholly in the interval are listed', async () => {
    const db = database();
    const streamId = await makeStream(db);
    await appendRows(
      db,
      [],
      [
        makeProfileRow(streamId, DAY, 86_400, 9),
        makeProfileRow(streamId, DAY + HOUR_MS, 3600, 5),
        makeProfileRow(streamId, DAY + HOUR_MS, 60, 2),
        makeProfileRow(streamId, DAY + 2 * HOUR_MS - MINUTE_MS, 60, 3),
      ],
    );
    const listed = async (startMs: number, endMs: number) =>
      (await listProfileRefs(db, streamId, { startMs, endMs })).map((ref) => ref.n);
    expect(await listed(DAY, DAY + DAY_MS)).toEqual([9, 5, 2, 3]);
    expect(await listed(DAY + HOUR_MS, DAY + 2 * HOUR_MS)).toEqual([5, 2, 3]);
    expect(await listed(DAY + HOUR_MS, DAY + 2 * HOUR_MS - MINUTE_MS)).toEqual([2]);
    const [day] = await listProfileRefs(db, streamId, WHOLE_DAY);
    expect(day).toEqual({ id: expect.any(Number), bucketMs: DAY, span: 86_400, n: 9, folded: false });
  });

  test('what waits for folding is counted by bucket, and folded parts no longer wait', async () => {
    const db = database();
    const streamId = await makeStream(db);
    await appendRows(
      db,
      [],
      [
        makeProfileRow(streamId, DAY),
        makeProfileRow(streamId, DAY),
        makeProfileRow(streamId, DAY + MINUTE_MS),
        makeProfileRow(streamId, DAY, 3600),
        makeProfileRow(streamId, DAY, 86_400),
      ],
    );
    const waiting = async (span: 60 | 3600, beforeMs: number) =>
      (await listUnfolded(db, span, beforeMs)).filter((bucket) => bucket.streamId === streamId);
    expect(await waiting(60, DAY + MINUTE_MS)).toEqual([{ streamId, bucketMs: DAY, profiles: 2 }]);
    expect(await waiting(60, Number.MAX_SAFE_INTEGER)).toHaveLength(2);
    expect(await waiting(3600, DAY + DAY_MS)).toEqual([{ streamId, bucketMs: DAY, profiles: 1 }]);
    await markFolded(db, streamId, await idsOf(db, streamId));
    expect(await waiting(60, Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  test('parts are replaced by one, and deleted, in their own stream only', async () => {
    const db = database();
    const [streamId, other] = [await makeStream(db), await makeStream(db)];
    await appendRows(
      db,
      [],
      [makeProfileRow(streamId, DAY), makeProfileRow(streamId, DAY), makeProfileRow(other, DAY)],
    );
    const merged = makeProfileRow(streamId, DAY, 60, 2);
    const ids = await idsOf(db, streamId);
    await db.transaction((tx) => replaceProfiles(tx, streamId, ids, merged));
    const [id] = await idsOf(db, streamId);
    expect(await listProfileRefs(db, streamId, WHOLE_DAY)).toEqual([
      { id, bucketMs: DAY, span: 60, n: 2, folded: false },
    ]);
    await deleteProfiles(db, streamId, await idsOf(db, other));
    expect(await idsOf(db, other)).toHaveLength(1);
    await deleteProfiles(db, other, await idsOf(db, other));
    expect(await idsOf(db, other)).toEqual([]);
  });

  test('old parts are dropped only when a longer one includes them', async () => {
    const db = database();
    const streamId = await makeStream(db);
    const old = DAY - 900 * DAY_MS;
    await appendRows(
      db,
      [],
      [makeProfileRow(streamId, old), makeProfileRow(streamId, old), makeProfileRow(streamId, old, 3600)],
    );
    const before = { startMs: old, endMs: old + DAY_MS };
    const [first] = await listProfileRefs(db, streamId, before);
    await markFolded(db, streamId, [first?.id ?? 0]);
    expect(await dropProfilesBefore(db, 60, old + DAY_MS)).toBe(1);
    expect(await listProfileRefs(db, streamId, before)).toHaveLength(2);
  });

  test('a stream that is being folded is skipped by others, or waited for', async () => {
    const db = database();
    const streamId = await makeStream(db);
    if (db.engine === 'embedded') {
      expect(await db.transaction((tx) => claimStreamForFolding(tx, streamId))).toBe(true);
      return;
    }
    await db.transaction(async (tx) => {
      expect(await claimStreamForFolding(tx, streamId)).toBe(true);
      expect(await db.transaction((other) => claimStreamForFolding(other, streamId))).toBe(false);
      await appendRows(db, [], [makeProfileRow(streamId, DAY)]);
    });
    expect(await db.transaction((tx) => claimStreamForFolding(tx, streamId, 'wait'))).toBe(true);
  });

  test('the room of replaced parts is used again', async () => {
    const db = database();
    const streamId = await makeStream(db);
    const profile = new Uint8Array(100_000);
    const sizeOf = async () =>
      (await db.query<{ size: number }>(`select pg_total_relation_size('profile_parts') as size`)).rows[0]?.size ?? 0;
    const rewrite = async () => {
      for (let i = 0; i < 20; i++) {
        await replaceProfiles(db, streamId, await idsOf(db, streamId), { ...makeProfileRow(streamId, DAY), profile });
      }
    };
    if (db.engine === 'postgres') return void (await vacuumEmbedded(db));
    await rewrite();
    await vacuumEmbedded(db);
    const before = await sizeOf();
    await rewrite();
    expect(await sizeOf()).toBeLessThan(before * 1.2);
  });
});
