import { describe, expect, it } from 'vitest';
import type { MonitorDocument } from '../../../src/core/monitor/monitor-spec.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { nextSlot } from '../../../src/core/time/schedule.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { applyMonitors } from '../../../src/services/monitors/apply-monitors.ts';
import { pauseMonitor } from '../../../src/services/monitors/pause-monitor.ts';
import { changeMonitor, createMonitor } from '../../../src/services/monitors/put-document.ts';
import { runNow } from '../../../src/services/monitors/run-now.ts';
import { readDatabaseTime } from '../../../src/store/database-time.ts';
import { findMonitorById } from '../../../src/store/monitors.ts';
import { monitorOf, runsOf } from './runs.ts';
import { openWatching } from './watching.ts';

const SKEWS = [HOUR_MS, -HOUR_MS];
const DOCUMENT: MonitorDocument = {
  name: 'clocks',
  stream: { service: 'clocks', endpoint: 'GET /' },
  window: '10m',
  every: '1m',
  delay: '1s',
  catchup: 'all',
};
const EVERY_MINUTE = { kind: 'interval', everyMs: MINUTE_MS } as const;

/** Processes on one database whose clocks are an hour ahead of it and an hour behind. */
async function openSkewed() {
  const watching = await openWatching();
  const replicas = SKEWS.map((skewMs) => watching.another({ clock: { now: () => Date.now() + skewMs } }));
  return { watching, replicas, db: watching.db };
}

describe('with clocks that are an hour ahead and an hour behind, the next slot is that of the database’s clock', () => {
  it.each(SKEWS)('when a monitor is made, changed, paused and resumed (%s ms)', async (skewMs) => {
    const { db, replicas } = await openSkewed();
    const context = replicas[SKEWS.indexOf(skewMs)]?.context;
    if (context === undefined) throw new Error(`no replica is ${skewMs} ms away`);
    const isNext = async (work: () => Promise<number>, delayMs: number) => {
      const beforeMs = await readDatabaseTime(db, systemClock);
      const id = await work();
      const afterMs = await readDatabaseTime(db, systemClock);
      const { rows } = await db.query<{ next: Date; due: Date }>(
        'select next_slot as next, due_at as due from monitors where id = $1',
        [id],
      );
      const next = rows[0]?.next.getTime();
      expect([nextSlot(EVERY_MINUTE, beforeMs), nextSlot(EVERY_MINUTE, afterMs)]).toContain(next);
      expect(rows[0]?.due.getTime()).toBe((next ?? 0) + delayMs);
      return id;
    };
    const later = { ...DOCUMENT, delay: '3s' };
    const id = await isNext(() => createMonitor(context, DOCUMENT), 1_000);
    await isNext(() => changeMonitor(context, 'clocks', later), 3_000);
    await isNext(() => pauseMonitor(context, 'clocks', true), 3_000);
    await isNext(() => pauseMonitor(context, 'clocks', false), 3_000);
    expect(await findMonitorById(db, id)).toMatchObject({ paused: false });
  });

  it('every slot is run once, by either of them', async () => {
    const { watching, db, replicas } = await openSkewed();
    for (const { context } of replicas)
      await applyMonitors(context, { monitors: [DOCUMENT], prune: false, dryRun: false });
    const { nextSlotMs } = await monitorOf(watching, 'clocks');
    const firstMs = nextSlotMs - 10 * MINUTE_MS;
    await db.query('update monitors set next_slot = $1, due_at = $1', [new Date(firstMs)]);
    const ran = await Promise.all(replicas.map(({ scheduler }) => scheduler.runDue()));
    const slots = (await runsOf(watching, 'clocks')).map(({ slotMs }) => slotMs);
    const now = await readDatabaseTime(db, systemClock);
    expect(slots.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => firstMs + i * MINUTE_MS));
    expect(new Set(slots).size).toBe(slots.length);
    expect(ran.flat()).toHaveLength(slots.length);
    expect(slots.at(-1)).toBeLessThanOrEqual(now);
    expect((await monitorOf(watching, 'clocks')).nextSlotMs).toBeGreaterThan(now - MINUTE_MS);
  });

  it('a run by hand looks at the window that ends now', async () => {
    const { watching, db, replicas } = await openSkewed();
    const [ahead] = replicas;
    if (ahead === undefined) throw new Error('no replica');
    await createMonitor(ahead.context, DOCUMENT);
    await runNow(ahead.context, await monitorOf(watching, 'clocks'));
    const [run] = await runsOf(watching, 'clocks');
    const now = await readDatabaseTime(db, systemClock);
    for (const ms of [run?.slotMs, run?.startedAtMs, run?.finishedAtMs]) expect(ms).toBeLessThanOrEqual(now);
  });
});
