import { expect, test } from 'vitest';
import { DAY_MS } from '../../src/core/time/window.ts';
import { appendRows } from '../../src/store/append.ts';
import type { Database } from '../../src/store/database.ts';
import { claimEventIds } from '../../src/store/event-ids.ts';
import { listEvents } from '../../src/store/events.ts';
import { dropPartitionsBefore, ensurePartitions } from '../../src/store/partitions.ts';
import { withDatabase } from '../database.ts';
import { makeBatch, makeStream } from './make.ts';

const database = withDatabase();

async function partitionsOf(db: Database): Promise<string[]> {
  const sql = `select inhrelid::regclass::text as name from pg_inherits
    where inhparent in ('event_batches'::regclass, 'event_ids'::regclass) order by 1`;
  return (await db.query<{ name: string }>(sql)).rows.map((row) => row.name);
}

test('partitions are made once by many at once, and dropped by day with what they hold', async () => {
  const db = database();
  const [first, second] = [Date.UTC(2024, 1, 29), Date.UTC(2024, 2, 1)];
  await Promise.all(Array.from({ length: 4 }, () => ensurePartitions(db, [first + 5, second, first])));
  await ensurePartitions(db, [second]);
  expect(await partitionsOf(db)).toEqual([
    'event_batches_20240229',
    'event_batches_20240301',
    'event_ids_20240229',
    'event_ids_20240301',
  ]);
  const streamId = await makeStream(db);
  await appendRows(db, [makeBatch(streamId, [first, second - 1]), makeBatch(streamId, [second])], []);
  await claimEventIds(db, [{ streamId, dayMs: first, id: 'a' }]);
  expect(await dropPartitionsBefore(db, first + 1)).toBe(0);
  expect(await dropPartitionsBefore(db, second + DAY_MS - 1)).toBe(1);
  expect(await partitionsOf(db)).toEqual(['event_batches_20240301', 'event_ids_20240301']);
  expect((await listEvents(db, { streamId, limit: 10 })).events).toHaveLength(1);
});

test('partitions can be made while another transaction inserts', async () => {
  const db = database();
  const day = Date.UTC(2023, 5, 1);
  await ensurePartitions(db, [day]);
  if (db.engine === 'embedded') return;
  const streamId = await makeStream(db);
  await db.transaction(async (tx) => {
    await appendRows(tx, [makeBatch(streamId, [day])], []);
    await ensurePartitions(db, [day + DAY_MS]);
    await appendRows(tx, [makeBatch(streamId, [day + DAY_MS])], []);
  });
  expect((await listEvents(db, { streamId, limit: 10 })).events).toHaveLength(2);
});
