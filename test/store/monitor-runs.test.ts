import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../src/core/time/window.ts';
import type { Database } from '../../src/store/database.ts';
import { findLastRuns, insertRun } from '../../src/store/monitor-runs.ts';
import { findMonitorById, insertMonitor } from '../../src/store/monitors.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeStream } from './make.ts';

const database = withDatabase();

async function makeMonitor(db: Database) {
  const streamId = await makeStream(db);
  const times = { nowMs: DAY, nextSlotMs: DAY, dueAtMs: DAY };
  const id = await insertMonitor(db, { streamId, name: randomUUID(), spec: {}, origin: 'api', paused: true, ...times });
  return { id, streamId };
}

const runAt = (slotMs: number) => {
  const times = { startedAtMs: slotMs + 1_000, finishedAtMs: slotMs + 2_000 };
  return { slotMs, slots: 1, status: 'done', reason: null, reportId: null, ...times } as const;
};

test('the newest run of each monitor, whatever the order in which they were stored', async () => {
  const db = database();
  const [a, b, idle] = [await makeMonitor(db), await makeMonitor(db), await makeMonitor(db)];
  expect(await insertRun(db, a, runAt(DAY))).toBe(true);
  expect(await insertRun(db, a, runAt(DAY + 2 * MINUTE_MS + 1))).toBe(true);
  expect(await insertRun(db, a, runAt(DAY + MINUTE_MS))).toBe(true);
  expect(await insertRun(db, a, runAt(DAY + MINUTE_MS))).toBe(false);
  expect(await insertRun(db, b, runAt(DAY + MINUTE_MS))).toBe(true);
  const stored = await Promise.all([a, b, idle].map(({ id }) => findMonitorById(db, id)));
  const last = await findLastRuns(
    db,
    stored.filter((monitor) => monitor !== undefined),
  );
  expect([...last].map(([id, { slotMs }]) => [id, slotMs]).sort()).toEqual([
    [a.id, DAY + 2 * MINUTE_MS + 1],
    [b.id, DAY + MINUTE_MS],
  ]);
  expect(last.get(a.id)).toEqual(runAt(DAY + 2 * MINUTE_MS + 1));
});
