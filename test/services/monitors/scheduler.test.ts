import { describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { putMonitor } from '../../../src/services/monitors/put-monitor.ts';
import { runNow } from '../../../src/services/monitors/run-now.ts';
import { listRuns } from '../../../src/store/monitor-runs.ts';
import {
  claimDueMonitors,
  completeRun,
  findMonitor,
  renewLease,
  setMonitorPaused,
} from '../../../src/store/monitors.ts';
import { listReports } from '../../../src/store/reports.ts';
import { monitorOf, runsOf, TEN } from './runs.ts';
import { openWatching, START, slotAt, type Watching } from './watching.ts';

async function slotsOf(watching: Watching) {
  const { runs } = await listRuns(watching.db, await monitorOf(watching), { limit: 100 });
  return runs.reverse().map(({ slotMs, slots, status }) => [(slotMs - START) / TEN, slots, status]);
}

describe('slots', () => {
  it('are run once each, at their time, and leave a report', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    await watching.runAt(slotAt(1) - 2 * SECOND_MS);
    expect(await runsOf(watching)).toEqual([]);
    await watching.runAt(slotAt(1));
    await watching.runAt(slotAt(1) + SECOND_MS);
    const [run, ...more] = await runsOf(watching);
    expect(more).toEqual([]);
    expect(run).toMatchObject({ slotMs: START + TEN, status: 'done', slots: 1 });
    const monitor = await findMonitor(watching.db, 'payments');
    const { reports } = await listReports(watching.db, {
      streamId: monitor?.streamId ?? 0,
      monitorId: monitor?.id,
      limit: 10,
    });
    expect(reports).toMatchObject([
      { id: run?.reportId, windowStartMs: START, windowEndMs: START + TEN, status: 'ok', revision: 1 },
    ]);
  });

  it('are shared by any number of replicas: each is completed by one', async () => {
    const watching = await openWatching();
    await watching.apply(...Array.from({ length: 12 }, (_, i) => ({ name: `monitor ${i}` })));
    await watching.pay(START, START + TEN);
    watching.clock.ms = slotAt(1);
    const others = [watching.another(), watching.another()];
    const ran = await Promise.all([watching, ...others].map(({ scheduler }) => scheduler.runDue()));
    expect(ran.flat().map(({ outcome }) => outcome.status)).toEqual(Array(12).fill('done'));
    expect(new Set(ran.flat().map(({ monitor }) => monitor.name)).size).toBe(12);
  });

  it('wait while a process is paused, and others run them', async () => {
    const watching = await openWatching();
    await watching.apply({});
    watching.clock.ms = slotAt(1);
    let isPaused = true;
    const paused = watching.another({ isPaused: () => isPaused });
    expect(await paused.scheduler.runDue()).toEqual([]);
    isPaused = false;
    expect((await paused.scheduler.runDue()).map(({ outcome }) => outcome.status)).toEqual(['done']);
  });

  it('of a process that died are taken over when its lease ends, and it cannot finish them any more', async () => {
    const watching = await openWatching();
    await watching.apply({});
    watching.clock.ms = slotAt(1);
    const [dead] = await claimDueMonitors(watching.db, watching.clock, { leaseMs: MINUTE_MS, limit: 1 });
    if (dead === undefined) throw new Error('nothing was due');
    expect(await watching.scheduler.runDue()).toEqual([]);
    watching.clock.ms += MINUTE_MS;
    expect((await watching.scheduler.runDue()).map(({ outcome }) => outcome.status)).toEqual(['done']);
    const next = { slotMs: START + 3 * TEN, dueAtMs: START + 3 * TEN };
    expect(await watching.db.transaction((tx) => completeRun(tx, dead, next))).toBe(false);
    expect(await runsOf(watching)).toHaveLength(1);
  });

  it('that were missed: the last is run and the others are written down as skipped', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.runAt(slotAt(7));
    expect(await runsOf(watching)).toMatchObject([
      { slotMs: START + TEN, slots: 6, status: 'skipped', reason: 'missed; catchup is last' },
      { slotMs: START + 7 * TEN, slots: 1, status: 'done' },
    ]);
  });

  it('that were missed: all of them are run, one after the other', async () => {
    const watching = await openWatching();
    await watching.apply({ catchup: 'all' });
    await watching.runAt(slotAt(4));
    expect((await runsOf(watching)).map(({ slotMs, status }) => [(slotMs - START) / TEN, status])).toEqual(
      [1, 2, 3, 4].map((i) => [i, 'done']),
    );
  });

  it('that were missed: none is run', async () => {
    const watching = await openWatching();
    await watching.apply({ catchup: 'none' });
    await watching.runAt(slotAt(3) + 2 * MINUTE_MS);
    expect(await runsOf(watching)).toMatchObject([{ slots: 3, status: 'skipped' }]);
    await watching.runAt(slotAt(4));
    expect((await runsOf(watching)).at(-1)).toMatchObject({ slotMs: START + 4 * TEN, status: 'done' });
  });

  it('without a baseline fail, say why, and somebody is notified', async () => {
    const watching = await openWatching();
    await watching.apply({ name: 'lost', stream: { service: 'nobody', endpoint: 'GET /' } });
    for (let i = 1; i <= 2; i++) await watching.runAt(slotAt(i));
    const [run] = await runsOf(watching, 'lost');
    expect(run).toMatchObject({ status: 'failed', reason: expect.stringMatching(/no active baseline; build one/) });
    expect(watching.channel.sent).toMatchObject([{ reason: 'opened', condition: 'no_data', service: 'nobody' }]);
    expect(watching.channel.sent[0]?.findings[0]?.text).toMatch(/could not be evaluated/);
  });

  it('are not run while the monitor is paused, and go on with the next one', async () => {
    const watching = await openWatching();
    await watching.apply({ paused: true });
    await watching.runAt(slotAt(3));
    expect(await runsOf(watching)).toEqual([]);
    const monitor = await findMonitor(watching.db, 'payments');
    const next = { nowMs: slotAt(3), nextSlotMs: START + 4 * TEN, dueAtMs: slotAt(4) };
    await setMonitorPaused(watching.db, monitor?.id ?? 0, false, next);
    await watching.runAt(slotAt(4));
    expect(await runsOf(watching)).toMatchObject([{ slotMs: START + 4 * TEN, slots: 1, status: 'done' }]);
  });
});

describe('a slot that is due a second time does not stop its monitor for ever', () => {
  it('after PUT or apply read the monitor before its slot was completed', async () => {
    const watching = await openWatching();
    await watching.apply({});
    const before = await monitorOf(watching);
    await watching.runAt(slotAt(1));
    const document = { ...(before.spec as object), window: '20m' };
    await watching.db.transaction((tx) => putMonitor(tx, watching.context, { document, origin: 'file', old: before }));
    for (const i of [2, 3, 4]) await watching.runAt(slotAt(i));
    expect((await slotsOf(watching)).map(([slot]) => slot)).toEqual([1, 2, 3, 4]);
  });

  it('after a process whose clock is behind resumed it', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.runAt(slotAt(1));
    const { id } = await monitorOf(watching);
    const behind = { nowMs: START + TEN - SECOND_MS, nextSlotMs: START + TEN, dueAtMs: slotAt(1) };
    await setMonitorPaused(watching.db, id, true, behind);
    await setMonitorPaused(watching.db, id, false, behind);
    for (const i of [2, 3, 4]) await watching.runAt(slotAt(i));
    expect((await slotsOf(watching)).map(([slot]) => slot)).toEqual([1, 2, 3, 4]);
  });

  it('after somebody ran it by hand in the millisecond of a slot', async () => {
    const watching = await openWatching();
    await watching.apply({});
    watching.clock.ms = START + TEN;
    await runNow(watching.context, await monitorOf(watching));
    for (const i of [1, 2, 3]) await watching.runAt(slotAt(i));
    expect((await slotsOf(watching)).map(([slot]) => slot)).toEqual([1, 2, 3]);
  });
});

it('a lease renewed just after its slot was completed does not hold up the next slot', async () => {
  const watching = await openWatching();
  await watching.apply({});
  watching.clock.ms = slotAt(1);
  const [claim] = await claimDueMonitors(watching.db, watching.clock, { leaseMs: MINUTE_MS, limit: 1 });
  if (claim === undefined) throw new Error('nothing is due');
  await completeRun(watching.db, claim, { slotMs: START + 2 * TEN, dueAtMs: slotAt(2) });
  expect(await renewLease(watching.db, watching.clock, claim, MINUTE_MS)).toBe(false);
});
