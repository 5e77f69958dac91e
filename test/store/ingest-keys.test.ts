import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { claimIngestKeys, dropOldIngestKeys, updateIngestAnswer } from '../../src/store/ingest-keys.ts';
import { withDatabase } from '../database.ts';

const database = withDatabase();
const claim = (key: string, byte: number, answer: string) => ({ key, bodyHash: Uint8Array.of(byte, 0, 255), answer });

test('the first claim wins, and every later one gets what the first was answered', async () => {
  const db = database();
  const [a, b] = [randomUUID(), `it's "b", {NULL} ${randomUUID()}`];
  const first = await claimIngestKeys(db, [claim(b, 1, '{"b":1}'), claim(a, 2, '{"a":1}'), claim(b, 3, 'other')]);
  expect(first).toEqual(['claimed', 'claimed', { bodyHash: expect.anything(), answer: '{"b":1}' }]);
  await updateIngestAnswer(db, a, '{"a":2}');
  const [again] = await claimIngestKeys(db, [claim(a, 9, 'late')]);
  expect(again).toMatchObject({ answer: '{"a":2}' });
  expect([...(again as { bodyHash: Uint8Array }).bodyHash]).toEqual([2, 0, 255]);
  expect(await claimIngestKeys(db, [])).toEqual([]);
});

test('of many who claim one key at once exactly one gets it', async () => {
  const db = database();
  const key = randomUUID();
  const tries = Array.from({ length: 6 }, (_, i) =>
    db.transaction((tx) => claimIngestKeys(tx, [claim(key, i, String(i))])),
  );
  const states = (await Promise.all(tries)).flat();
  const winner = states.indexOf('claimed');
  expect(states.filter((state) => state === 'claimed')).toHaveLength(1);
  const others = states.filter((state) => state !== 'claimed');
  expect(others.every((state) => state.answer === String(winner))).toBe(true);
});

test('after 24 hours a key counts as never used, and is dropped', async () => {
  const db = database();
  const [reused, dropped, fresh] = [randomUUID(), randomUUID(), randomUUID()];
  await claimIngestKeys(
    db,
    [reused, dropped, fresh].map((key) => claim(key, 1, 'old')),
  );
  const age = `update ingest_keys set created_at = now() - interval '25 hours' where key = any($1::text[])`;
  await db.query(age, [[reused, dropped]]);
  expect(await claimIngestKeys(db, [claim(reused, 2, 'new'), claim(fresh, 2, 'new')])).toEqual([
    'claimed',
    expect.objectContaining({ answer: 'old' }),
  ]);
  expect(await dropOldIngestKeys(db)).toBe(1);
  expect(await claimIngestKeys(db, [claim(dropped, 3, 'new')])).toEqual(['claimed']);
});
