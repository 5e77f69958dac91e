import { describe, expect, it, vi } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { applyMonitors } from '../../../src/services/monitors/apply-monitors.ts';
import { removeMonitor } from '../../../src/services/monitors/put-monitor.ts';
import { lockIncidents } from '../../../src/store/incidents.ts';
import { claimDueMonitors, completeRun, findMonitor } from '../../../src/store/monitors.ts';
import { isOnPostgres } from '../../database.ts';
import { PATIENCE } from '../../patience.ts';
import { monitorOf, TEN, withUnreadable } from './runs.ts';
import { openWatching, START, slotAt, type Watching } from './watching.ts';

/** Resolves once a transaction on this database waits for what another one holds. */
function someoneWaitsForALock({ db }: Watching): Promise<unknown> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return vi.waitUntil(async () => (await db.query(waiting)).rowCount > 0, PATIENCE);
}

describe('applying a file', () => {
  it('is idempotent, reports the differences, and prunes only what a file brought', async () => {
    const watching = await openWatching();
    const { context } = watching;
    const a = { name: 'a', stream: { service: 's', endpoint: 'e' }, window: '10m', every: '10m' };
    const both = { monitors: [a, { ...a, name: 'b' }], prune: true, dryRun: false };
    expect(await applyMonitors(context, both)).toEqual({
      created: ['a', 'b'],
      changed: [],
      unchanged: [],
      deleted: [],
      patterns: [],
    });
    expect(await applyMonitors(context, both)).toMatchObject({ unchanged: ['a', 'b'], created: [], changed: [] });
    const change = { monitors: [{ ...a, window: '20m', floors: { ks: 0.2 } }], prune: true, dryRun: true };
    const answer = {
      created: [],
      changed: [{ name: 'a', differences: ['floors.ks: 0.2 (new)', 'window: "10m" → "20m"'] }],
      unchanged: [],
      deleted: ['b'],
      patterns: [],
    };
    expect(await applyMonitors(context, change)).toEqual(answer);
    expect(await findMonitor(watching.db, 'b')).toBeDefined();
    expect(await applyMonitors(context, { ...change, dryRun: false })).toEqual(answer);
    expect(await findMonitor(watching.db, 'b')).toBeUndefined();
  });

  it('of a file from before there was a choice of failures changes nothing, until the file makes one', async () => {
    const { context, db } = await openWatching();
    const document = { name: 'old', stream: { service: 's', endpoint: 'e' }, window: '10m', every: '10m' };
    const upgraded = { ...document, slo: { success_rate_min: 0.9, failure_status: ['not 2xx'] } };
    const apply = (monitor: object) => applyMonitors(context, { monitors: [monitor], prune: false, dryRun: false });
    await apply(upgraded);
    expect(await apply({ ...document, slo: { success_rate_min: 0.9 } })).toMatchObject({ unchanged: ['old'] });
    expect(await apply(document)).toMatchObject({
      changed: [{ name: 'old', differences: ['slo.success_rate_min: 0.9 (removed)'] }],
    });
    expect((await findMonitor(db, 'old'))?.spec).toMatchObject({ slo: { failure_status: ['not 2xx'] } });
    await apply({ ...document, slo: { failure_status: ['5xx'] } });
    expect(await apply(document)).toMatchObject({
      changed: [{ differences: ['slo.failure_status: ["5xx"] (removed)'] }],
    });
  });

  it('applies nothing when one is wrong', async () => {
    const watching = await openWatching();
    const good = { name: 'good', stream: { service: 's', endpoint: 'e' }, window: '10m', every: '10m' };
    const wrong = { ...good, name: 'wrong', channels: ['nobody'] };
    const apply = applyMonitors(watching.context, { monitors: [good, wrong], prune: false, dryRun: false });
    await expect(apply).rejects.toMatchObject({
      code: 'invalid_monitor',
      errors: [{ path: '/monitors/1/channels/0' }],
    });
    expect(await findMonitor(watching.db, 'good')).toBeUndefined();
  });
});

it.runIf(isOnPostgres())(
  'deleting a monitor whose slot is being committed waits for it, without a deadlock',
  async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await watching.pay(START, START + TEN, 300);
    await watching.runAt(slotAt(1));
    watching.clock.ms = slotAt(2);
    const [claim] = await claimDueMonitors(watching.db, watching.clock, { leaseMs: MINUTE_MS, limit: 1 });
    if (claim === undefined) throw new Error('nothing is due');
    const monitor = await monitorOf(watching);
    let removing: Promise<unknown> = Promise.resolve();
    // In the order of runMonitor: the monitor's row, then its incidents.
    const slot = watching.db.transaction(async (tx) => {
      await completeRun(tx, claim, { slotMs: START + 3 * TEN, dueAtMs: slotAt(3) });
      removing = watching.db.transaction((other) => removeMonitor(other, watching.context, monitor));
      removing.catch(() => undefined);
      await someoneWaitsForALock(watching);
      await lockIncidents(tx, monitor.id, START);
    });
    const ended = await Promise.allSettled([slot, removing, slot.catch(() => undefined).then(() => removing)]);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  },
);

it('no_data: off ends the incident of no data, and not the drift that goes on', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  await watching.pay(START, START + TEN, 300);
  await watching.runAt(slotAt(1));
  await watching.apply({ open_after: 1, severity: { no_data: 'off' } });
  await watching.deliver();
  expect(watching.channel.sent.map(({ reason }) => reason)).toEqual(['opened']);
});

describe('one monitor whose document cannot be read (an older version wrote it, a person changed it by SQL)', () => {
  it('can still be deleted', async () => {
    const watching = await openWatching();
    await withUnreadable(watching);
    const bad = await monitorOf(watching, 'bad');
    await watching.db.transaction((tx) => removeMonitor(tx, watching.context, bad));
    expect(await findMonitor(watching.db, 'bad')).toBeUndefined();
  });
});
