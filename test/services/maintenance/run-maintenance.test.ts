import { expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { runMaintenance } from '../../../src/services/maintenance/run-maintenance.ts';
import { appendRows } from '../../../src/store/append.ts';
import { insertHistory } from '../../../src/store/coherence.ts';
import type { Database } from '../../../src/store/database.ts';
import { insertRun } from '../../../src/store/monitor-runs.ts';
import { ensurePartitions } from '../../../src/store/partitions.ts';
import { emptiedDatabase } from '../../database.ts';
import { makeBatch, makeProfileRow, makeStream } from '../../store/make.ts';
import { drivenClock, NOW_MS, testConfig } from '../ingest/service.ts';

const config = testConfig({ EVENT_RETENTION_DAYS: '30', MINUTE_PROFILE_DAYS: '7', REPORT_RETENTION_DAYS: '90' });

/** Something of each kind that retention knows, from a day so long ago. */
async function addDay(db: Database, streamId: number, daysAgo: number): Promise<void> {
  const ms = NOW_MS - daysAgo * DAY_MS;
  const at = new Date(ms).toISOString();
  await ensurePartitions(db, [ms]);
  const bucketMs = ms - (ms % MINUTE_MS);
  const spans = [60, 3_600, 86_400] as const;
  const late = [{ streamId, bucketMs, noticedAtMs: ms }];
  await appendRows(
    db,
    [makeBatch(streamId, [ms])],
    spans.map((span) => makeProfileRow(streamId, bucketMs, span)),
    late,
  );
  const run = { slotMs: ms, slots: 1, status: 'done', reason: null, reportId: null, startedAtMs: ms } as const;
  await insertRun(db, { id: 1, streamId }, { ...run, finishedAtMs: ms });
  const measured = {
    windowSec: 60,
    n: 1,
    mean: 0,
    stdev: 0,
    driftRisk: 'low',
    source: 'mock',
    requestId: 'r',
  } as const;
  await insertHistory(db, { tsMs: ms, ...measured });
  await addReports(db, streamId, at);
  for (const [i, status] of ['sent', 'dead', 'pending'].entries()) {
    const sql = `insert into notifications (stream_id, incident_id, channel, reason, message, status, created_at, next_at, finished_at)
      values ($1, $2, 'mail', 'opened', '{}', $3, $4, $4, case when $3 = 'pending' then null else $4::timestamptz end)`;
    await db.query(sql, [streamId, daysAgo * 10 + i, status, at]);
  }
}

/** One report, and one that an incident keeps. */
async function addReports(db: Database, streamId: number, at: string): Promise<void> {
  const sql = `insert into reports (stream_id, window_start, window_end, policy, generated_at, status, body, monitor_id)
    values ($1, $2, $2, 'calibrated', $2, 'ok', '{}', $3) returning id`;
  await db.query(sql, [streamId, at, 1]);
  const { rows } = await db.query<{ id: number }>(sql, [streamId, at, 2]);
  const keep = 'insert into incident_reports (stream_id, incident_id, report_id) values ($1, 1, $2)';
  await db.query(keep, [streamId, rows[0]?.id]);
}

/** How many days ago what is left of a table was. */
async function daysLeft(db: Database, table: string, column: string, where = 'true'): Promise<number[]> {
  const sql = `select ${column} as at from ${table} where ${where} order by ${column} desc`;
  const { rows } = await db.query<{ at: Date }>(sql);
  return rows.map(({ at }) => Math.round((NOW_MS - at.getTime()) / DAY_MS));
}

it('drops what is past its retention, and nothing else', async () => {
  const db = await emptiedDatabase();
  const streamId = await makeStream(db);
  for (const daysAgo of [0, 10, 40, 100]) await addDay(db, streamId, daysAgo);
  await db.query('update profile_parts set folded = true where span < 86400');
  const key = 'insert into ingest_keys (key, body_hash, answer, created_at) values ($1, $2, $1, now() - $3::interval)';
  await db.query(key, ['old', Uint8Array.of(1), '25 hours']);
  await db.query(key, ['new', Uint8Array.of(1), '23 hours']);

  const clock = drivenClock();
  expect(await runMaintenance({ db, config, clock })).toBe(2);

  expect(await daysLeft(db, 'event_batches', 'bucket')).toEqual([0, 10]);
  expect(await daysLeft(db, 'profile_parts', 'bucket', 'span = 60')).toEqual([0]);
  expect(await daysLeft(db, 'profile_parts', 'bucket', 'span = 3600')).toEqual([0, 10]);
  expect(await daysLeft(db, 'profile_parts', 'bucket', 'span = 86400')).toEqual([0, 10, 40, 100]);
  expect(await daysLeft(db, 'reports', 'window_end', 'monitor_id = 1')).toEqual([0, 10, 40]);
  expect(await daysLeft(db, 'reports', 'window_end', 'monitor_id = 2')).toEqual([0, 10, 40, 100]);
  expect(await daysLeft(db, 'monitor_runs', 'finished_at')).toEqual([0, 10, 40]);
  expect(await daysLeft(db, 'notifications', 'created_at', `status = 'sent'`)).toEqual([0, 10, 40]);
  expect(await daysLeft(db, 'notifications', 'created_at', `status <> 'sent'`)).toEqual([
    0, 0, 10, 10, 40, 40, 100, 100,
  ]);
  expect(await daysLeft(db, 'coherence_history', 'ts')).toEqual([0, 10, 40]);
  expect(await daysLeft(db, 'late_minutes', 'noticed_at')).toEqual([0]);
  expect((await db.query('select key from ingest_keys')).rows).toEqual([{ key: 'new' }]);

  expect(await runMaintenance({ db, config, clock })).toBe(0);
});

it('creates the partitions of today and of two days ahead', async () => {
  const db = await emptiedDatabase();
  const streamId = await makeStream(db);
  await runMaintenance({ db, config, clock: drivenClock() });
  for (const days of [0, 1, 2]) await appendRows(db, [makeBatch(streamId, [NOW_MS + days * DAY_MS])], []);
  await expect(appendRows(db, [makeBatch(streamId, [NOW_MS + 3 * DAY_MS])], [])).rejects.toThrow(/no partition/);
});
