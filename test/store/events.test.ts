import { describe, expect, test } from 'vitest';
import { parseTimestamp } from '../../src/core/time/timestamp.ts';
import { DAY_MS, floorTo, MINUTE_MS } from '../../src/core/time/window.ts';
import { appendRows } from '../../src/store/append.ts';
import type { Database } from '../../src/store/database.ts';
import { listEventBuckets, listEvents, readBucketEvents } from '../../src/store/events.ts';
import { ensurePartitions } from '../../src/store/partitions.ts';
import { listProfileRefs } from '../../src/store/stored-profiles.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeBatch, makeProfileRow, makeStream } from './make.ts';

const database = withDatabase();

async function openStream(): Promise<{ db: Database; streamId: number }> {
  const db = database();
  await ensurePartitions(db, [DAY, DAY + DAY_MS]);
  return { db, streamId: await makeStream(db) };
}

async function listAll(db: Database, streamId: number, limit: number): Promise<string[]> {
  const all: string[] = [];
  let after: string | undefined;
  do {
    const page = await listEvents(db, { streamId, limit, after });
    expect(page.events.length).toBeLessThanOrEqual(limit);
    all.push(...page.events);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return all;
}

const timesOf = (events: readonly string[]): number[] =>
  events.map((text) => parseTimestamp((JSON.parse(text) as { ts: unknown }).ts) as number);

describe('events', () => {
  test('come back as they were sent, to the byte', async () => {
    const { db, streamId } = await openStream();
    const event = `{"ts": "2026-01-15T00:00:01Z", "b":1.10,"a" : "é\\u00e9", "big": 12345678901234567890, "b":2}`;
    await appendRows(db, [{ ...makeBatch(streamId, [DAY + 1_000]), eventsJson: `[${event}]` }], []);
    expect(await listEvents(db, { streamId, limit: 10 })).toEqual({ events: [event], next: null });
    expect(await readBucketEvents(db, streamId, DAY)).toEqual([event]);
  });

  test('pages hold every event once, oldest first, across batches, minutes and days', async () => {
    const { db, streamId } = await openStream();
    const late = DAY + DAY_MS + 5 * MINUTE_MS;
    const times = [
      [DAY + 30, DAY + 10, DAY + 10],
      [DAY + 20, DAY + 10],
      [DAY + MINUTE_MS, DAY + MINUTE_MS + 1],
      [late, late],
    ];
    const batches = times.map((minute) => makeBatch(streamId, minute));
    await appendRows(db, batches, []);
    for (const limit of [1, 2, 3, 100]) {
      expect(timesOf(await listAll(db, streamId, limit))).toEqual(times.flat().toSorted((a, b) => a - b));
    }
  });

  test('an interval is half-open', async () => {
    const { db, streamId } = await openStream();
    await appendRows(db, [makeBatch(streamId, [DAY, DAY + 1, DAY + 2]), makeBatch(streamId, [DAY + MINUTE_MS])], []);
    const page = await listEvents(db, { streamId, startMs: DAY + 1, endMs: DAY + MINUTE_MS, limit: 10 });
    expect(timesOf(page.events)).toEqual([DAY + 1, DAY + 2]);
  });

  test('the database reads every spelling of a time as the service does', async () => {
    const { db, streamId } = await openStream();
    const spellings = [
      DAY + 1,
      DAY + 2.75,
      '2026-01-15T00:00:00.9999999Z',
      '2026-01-15t00:00:01,5z',
      '2026-01-15 02:00:02+02:00',
      '2026-01-14T12:00:03.25-1200',
      '2026-01-15T00:00:59.000000001+00:00',
    ];
    const times = spellings.map((ts) => parseTimestamp(ts) as number);
    const batch = { ...makeBatch(streamId, times), eventsJson: JSON.stringify(spellings.map((ts) => ({ ts }))) };
    await appendRows(db, [batch], []);
    const { rows } = await db.query<{ ts: Date }>('select ts from observations_raw where stream_id = $1 order by id', [
      streamId,
    ]);
    expect(rows.map((row) => row.ts.getTime())).toEqual(times);
    const { rows: extremes } = await db.query<{ leap: Date; last: Date; number: Date }>(
      `select event_time('"2016-12-31T23:59:60Z"') as leap, event_time('"9999-12-31T23:59:59.999Z"') as last,
        event_time('253402300799999') as number`,
    );
    expect(extremes[0]?.leap.getTime()).toBe(parseTimestamp('2016-12-31T23:59:60Z'));
    expect(extremes[0]?.last.getTime()).toBe(253_402_300_799_999);
    expect(extremes[0]?.number.getTime()).toBe(253_402_300_799_999);
  });

  test('observations_raw has one row per event, with the columns that people ask for', async () => {
    const { db, streamId } = await openStream();
    await appendRows(db, [makeBatch(streamId, [DAY, DAY + 1], { host: 'api-1', request: { amount: 5 } })], []);
    const { rows } = await db.query<{ id: number; service: string; host: string; amount: number }>(
      `select id, service, host, (payload #>> '{request,amount}')::int as amount from observations_raw
       where stream_id = $1 and bucket = $2 and payload @> '{"host":"api-1"}'`,
      [streamId, new Date(DAY).toISOString()],
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ service: 'test', host: 'api-1', amount: 5 });
    expect(new Set(rows.map((row) => row.id)).size).toBe(2);
  });

  test('the minutes that hold events are listed once each', async () => {
    const { db, streamId } = await openStream();
    const minutes = [DAY, DAY, DAY + 7 * MINUTE_MS, DAY + DAY_MS];
    const batches = minutes.map((ms) => makeBatch(streamId, [ms + 1]));
    await appendRows(db, batches, []);
    const interval = { startMs: DAY, endMs: DAY + DAY_MS };
    expect(await listEventBuckets(db, streamId, interval)).toEqual([DAY, floorTo(DAY + 7 * MINUTE_MS, MINUTE_MS)]);
  });

  test('an event that the engine cannot take fails its statement, and the next one works', async () => {
    const { db, streamId } = await openStream();
    const broken = { ...makeBatch(streamId, [DAY]), n: 16_384 };
    await expect(appendRows(db, [broken], [makeProfileRow(streamId, DAY)])).rejects.toMatchObject({ code: '23514' });
    expect(await listProfileRefs(db, streamId, { startMs: DAY, endMs: DAY + DAY_MS })).toEqual([]);
    const unsafe = '[{"ts":"2026-01-15T00:00:00Z","a":"\\u0000\\ud800"}]';
    await appendRows(db, [{ ...makeBatch(streamId, [DAY]), eventsJson: unsafe }], []);
    await expect(db.query('select payload from observations_raw where stream_id = $1', [streamId])).rejects.toThrow();
    expect(await readBucketEvents(db, streamId, DAY)).toHaveLength(1);
  });

  test('a batch for a day without a partition is refused', async () => {
    const { db, streamId } = await openStream();
    const batch = makeBatch(streamId, [DAY - 400 * DAY_MS]);
    await expect(appendRows(db, [batch], [])).rejects.toMatchObject({ code: '23514' });
  });
});
