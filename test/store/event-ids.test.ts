import { expect, test } from 'vitest';
import { DAY_MS } from '../../src/core/time/window.ts';
import { claimEventIds } from '../../src/store/event-ids.ts';
import { ensurePartitions } from '../../src/store/partitions.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeStream } from './make.ts';

const database = withDatabase();

test('an id is new once for each stream and day, also within one call', async () => {
  const db = database();
  await ensurePartitions(db, [DAY, DAY + DAY_MS]);
  const [a, b] = [await makeStream(db), await makeStream(db)];
  const claim = (streamId: number, id: string, dayMs = DAY) => ({ streamId, dayMs, id });
  const first = [claim(a, 'x'), claim(a, 'y'), claim(a, 'x', DAY + 5), claim(b, 'x')];
  expect(await claimEventIds(db, first)).toEqual([true, true, false, true]);
  expect(await claimEventIds(db, [claim(a, 'z'), claim(a, 'y'), claim(a, 'y', DAY + DAY_MS)])).toEqual([
    true,
    false,
    true,
  ]);
  expect(await claimEventIds(db, [])).toEqual([]);
});

test('quotes, braces, NULL and other scripts are ordinary ids', async () => {
  const db = database();
  await ensurePartitions(db, [DAY]);
  const streamId = await makeStream(db);
  const claims = ['NULL', '{"a",b}', `it's`, '\\', ' ', '日本語'].map((id) => ({ streamId, dayMs: DAY, id }));
  expect(await claimEventIds(db, claims)).toEqual(claims.map(() => true));
  expect(await claimEventIds(db, claims)).toEqual(claims.map(() => false));
});

test('a claim that was rolled back can be made again', async () => {
  const db = database();
  await ensurePartitions(db, [DAY]);
  const claims = [{ streamId: await makeStream(db), dayMs: DAY, id: 'again' }];
  const failed = db.transaction(async (tx) => {
    await claimEventIds(tx, claims);
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  expect(await claimEventIds(db, claims)).toEqual([true]);
});
