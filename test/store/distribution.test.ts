import { describe, expect, test } from 'vitest';
import { appendRows } from '../../src/store/append.ts';
import { listEvents } from '../../src/store/events.ts';
import { ensurePartitions } from '../../src/store/partitions.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeBatch, makeStream } from './make.ts';

const database = withDatabase();

/** What grows with the traffic: docs/scaling.md lists the same. */
const DISTRIBUTED = [
  'audit_log',
  'event_batches',
  'event_ids',
  'incident_reports',
  'late_minutes',
  'monitor_runs',
  'profile_parts',
  'reports',
  'stream_features',
];

describe('what grows can be distributed by stream', () => {
  test('no foreign key leads to it or from it, or to the streams', async () => {
    const sql = `select conrelid::regclass::text as from, confrelid::regclass::text as to
      from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace`;
    const { rows } = await database().query<{ from: string; to: string }>(sql);
    const far = new Set([...DISTRIBUTED, 'streams']);
    expect(rows.filter(({ from, to }) => far.has(from) || far.has(to))).toEqual([]);
  });

  test('each unique index has stream_id', async () => {
    const sql = `select c.relname::text as table, i.indexrelid::regclass::text as index, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i join pg_class c on c.oid = i.indrelid
      where i.indisunique and c.relname = any($1::text[]) and c.relnamespace = current_schema()::regnamespace`;
    const { rows } = await database().query<{ table: string; index: string; definition: string }>(sql, [DISTRIBUTED]);
    expect(rows.filter(({ definition }) => !definition.includes('(stream_id, '))).toEqual([]);
    expect(new Set(rows.map(({ table }) => table))).toEqual(new Set(DISTRIBUTED));
  });
});

test('events are read page by page, also from batches whose ids the sequence of another server gave', async () => {
  const db = database();
  const streamId = await makeStream(db);
  await ensurePartitions(db, [DAY]);
  const ids = [2 ** 40, 2 ** 48 + 1, 7 * 2 ** 48 + 9, 7 * 2 ** 48 + 10, 31 * 2 ** 48 + 5];
  for (const id of ids) {
    await appendRows(db, [makeBatch(streamId, [DAY, DAY + 1], { batch: id })], []);
    const mine = `stream_id = ${streamId} and events like '%"batch":${id}}%'`;
    await db.query(`update event_batches set id = ${id} where ${mine}`);
  }
  const seen: number[] = [];
  for (let after: string | undefined; ; ) {
    const { events, next } = await listEvents(db, { streamId, limit: 3, after });
    seen.push(...events.map((text) => (JSON.parse(text) as { batch: number }).batch));
    if (next === null) break;
    after = next;
  }
  expect(seen).toEqual([...ids, ...ids]);
  const beyond = Buffer.from(`${DAY}.${2n ** 53n * 16_384n}`).toString('base64url');
  await expect(listEvents(db, { streamId, limit: 3, after: beyond })).rejects.toMatchObject({
    code: 'invalid_request',
  });
});
