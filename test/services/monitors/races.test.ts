import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, inject, it, vi } from 'vitest';
import { readSpec } from '../../../src/core/monitor/monitor-spec.ts';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { buildBaseline } from '../../../src/services/baselines/build-baseline.ts';
import { notifyDueIncidents } from '../../../src/services/incidents/notify-due-incidents.ts';
import { triageIncident } from '../../../src/services/incidents/triage-incident.ts';
import { putMonitor, removeMonitor } from '../../../src/services/monitors/apply-monitors.ts';
import { keepDefaultMonitors } from '../../../src/services/monitors/default-monitors.ts';
import { reviseReports } from '../../../src/services/monitors/revise-reports.ts';
import { commitRun, evaluateSlot } from '../../../src/services/monitors/run-monitor.ts';
import { runNow } from '../../../src/services/monitors/run-now.ts';
import { listIncidents, lockIncidents } from '../../../src/store/incidents.ts';
import { listRuns } from '../../../src/store/monitor-runs.ts';
import {
  claimDueMonitors,
  completeRun,
  findMonitor,
  listMonitors,
  renewLease,
  setMonitorPaused,
} from '../../../src/store/monitors.ts';
import { listNotifications, replayDead } from '../../../src/store/notifications.ts';
import { listReports, saveReport } from '../../../src/store/reports.ts';
import { makeTemporaryDirectory, POOL_SIZE } from '../../database.ts';
import { PATIENCE } from '../../patience.ts';
import { openWatching, START, slotAt, startMonitors, type Watching } from './watching.ts';

const TEN = 10 * MINUTE_MS;

async function monitorOf({ db }: Watching, name = 'payments') {
  const monitor = await findMonitor(db, name);
  if (monitor === undefined) throw new Error(`no monitor ${name}`);
  return monitor;
}

async function runsOf(watching: Watching) {
  const { runs } = await listRuns(watching.db, await monitorOf(watching), { limit: 100 });
  return runs.reverse().map(({ slotMs, slots, status }) => [(slotMs - START) / TEN, slots, status]);
}

async function revisionsOf(watching: Watching) {
  const { id, streamId } = await monitorOf(watching);
  const { reports } = await listReports(watching.db, { streamId, monitorId: id, limit: 100 });
  return reports.map(({ revision, evaluation }) => [revision, evaluation?.samples]).sort();
}

/** One connection is all that the embedded engine has: nothing waits for a lock there. */
const isPostgres = inject('testDatabase').databaseUrl !== undefined;

/** Resolves once a transaction on this database waits for what another one holds. */
function someoneWaitsForALock({ db }: Watching): Promise<unknown> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return vi.waitUntil(async () => (await db.query(waiting)).rowCount > 0, PATIENCE);
}

/** Opens all connections of the pool, as a process that runs has them: by as many transactions at the same time. */
async function openConnections({ db }: Watching): Promise<void> {
  let isOpen: () => void = () => undefined;
  const allAreOpen = new Promise<void>((resolve) => (isOpen = resolve));
  let open = 0;
  const hold = () => {
    if (++open === POOL_SIZE) isOpen();
    return allAreOpen;
  };
  await Promise.all(Array.from({ length: POOL_SIZE }, () => db.transaction(hold)));
}

describe('a slot that is due a second time does not stop its monitor for ever', () => {
  it('after PUT or apply read the monitor before its slot was completed', async () => {
    const watching = await openWatching();
    await watching.apply({});
    const before = await monitorOf(watching);
    await watching.runAt(slotAt(1));
    const document = { ...(before.spec as object), window: '20m' };
    await watching.db.transaction((tx) => putMonitor(tx, watching.context, document, 'file', before));
    for (const i of [2, 3, 4]) await watching.runAt(slotAt(i));
    expect((await runsOf(watching)).map(([slot]) => slot)).toEqual([1, 2, 3, 4]);
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
    expect((await runsOf(watching)).map(([slot]) => slot)).toEqual([1, 2, 3, 4]);
  });

  it('after somebody ran it by hand in the millisecond of a slot', async () => {
    const watching = await openWatching();
    await watching.apply({});
    watching.clock.ms = START + TEN;
    await runNow(watching.context, await monitorOf(watching));
    for (const i of [1, 2, 3]) await watching.runAt(slotAt(i));
    expect((await runsOf(watching)).map(([slot]) => slot)).toEqual([1, 2, 3]);
  });
});

it('running now twice at once is two answers, and no internal error', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  await watching.pay(START, START + TEN, 300);
  watching.clock.ms = START + TEN + 5;
  const monitor = await monitorOf(watching);
  const other = watching.another();
  const ran = await Promise.allSettled([watching, other].map(({ context }) => runNow(context, monitor)));
  expect(ran.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});

it('a run by hand that ends after its monitor was deleted leaves no open incident behind', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  await watching.pay(START, START + TEN, 300);
  const monitor = await monitorOf(watching);
  await watching.db.transaction((tx) => removeMonitor(tx, watching.context, monitor));
  await runNow(watching.context, monitor).catch(() => undefined);
  const { incidents } = await listIncidents(watching.db, { limit: 10, states: ['pending', 'firing', 'recovering'] });
  expect(incidents).toEqual([]);
});

it.runIf(isPostgres)('deleting a monitor whose slot is being committed waits for it, and is no deadlock', async () => {
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

describe('several processes that start at once', () => {
  it('make one default monitor of a stream', async () => {
    const watching = await openWatching();
    if (isPostgres) await openConnections(watching);
    await Promise.all(
      [watching, watching.another(), watching.another()].map(({ context }) => keepDefaultMonitors(context)),
    );
    const { monitors } = await listMonitors(watching.db, { limit: 10 });
    expect(monitors.map(({ name }) => name)).toEqual(['payments POST /pay']);
  });

  it('apply the same MONITORS_FILE', async () => {
    const directory = await makeTemporaryDirectory();
    const path = `${directory}/monitors.yaml`;
    const line = (i: number) => `  - {name: m${i}, stream: {service: s, endpoint: e}, window: 10m, every: 10m}\n`;
    await writeFile(path, `monitors:\n${[1, 2, 3].map(line).join('')}`);
    const watching = await openWatching({ MONITORS_FILE: path, DEFAULT_MONITOR: 'off' });
    const started = await Promise.allSettled(
      [watching, watching.another(), watching.another()].map(({ context }) => startMonitors(context)),
    );
    await rm(directory, { recursive: true });
    expect(started.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });
});

describe('a stream whose default monitor cannot be made', () => {
  async function withBaseline(watching: Watching, stream: { service: string; endpoint: string }) {
    const startMs = START - 60 * MINUTE_MS;
    const events = Array.from({ length: 60 }, (_, i) => ({
      ...stream,
      ts: startMs + i * MINUTE_MS,
      request: { a: i },
    }));
    const text = JSON.stringify(events);
    await watching.ingest.submit({ text, format: 'json', isStrict: true, idempotencyKey: undefined });
    await buildBaseline(watching.context, { ...stream, interval: { startMs, endMs: START }, name: 'odd' });
  }

  it('with a name that is cut within a character is watched all the same, and the service starts', async () => {
    const watching = await openWatching();
    await withBaseline(watching, { service: `x${'😀'.repeat(120)}`, endpoint: 'GET /' });
    await startMonitors(watching.context);
    expect((await listMonitors(watching.db, { limit: 10 })).monitors).toHaveLength(2);
  });

  it('with an endpoint longer than a monitor may name keeps the service from nothing', async () => {
    const watching = await openWatching();
    await withBaseline(watching, { service: 'long', endpoint: '😀'.repeat(300) });
    await startMonitors(watching.context);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toBeDefined();
  });
});

describe('late events', () => {
  it('that came while the window was being evaluated make a revision', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    watching.clock.ms = slotAt(1) + 10 * SECOND_MS;
    const monitor = await monitorOf(watching);
    const watched = { id: monitor.id, streamId: monitor.streamId, spec: readSpec(monitor.spec) };
    const { context } = watching;
    const evaluated = await evaluateSlot(context, watched, START + TEN, watching.clock.ms);
    await watching.pay(START, START + MINUTE_MS, 100, 30);
    await reviseReports(context);
    const times = { startedAtMs: watching.clock.ms, finishedAtMs: watching.clock.ms };
    await watching.db.transaction((tx) =>
      commitRun(tx, context, watched, { slotMs: START + TEN, evaluated, ...times }),
    );
    watching.clock.ms += 10 * MINUTE_MS;
    await reviseReports(context);
    expect(await revisionsOf(watching)).toEqual([
      [1, 200],
      [2, 230],
    ]);
  });

  it('that came two seconds after a monitor with a short delay had looked make a revision', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    await watching.runAt(slotAt(1));
    await reviseReports(watching.context);
    watching.clock.ms += 2 * SECOND_MS;
    await watching.pay(START + 9 * MINUTE_MS, START + TEN, 100, 30);
    watching.clock.ms += 10 * MINUTE_MS;
    await reviseReports(watching.context);
    expect(await revisionsOf(watching)).toEqual([
      [1, 200],
      [2, 230],
    ]);
  });

  it('revise the report though more than 2,000 later windows hold their minute', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    await watching.runAt(slotAt(1));
    const { streamId } = await monitorOf(watching);
    await watching.db.query(
      `insert into reports (stream_id, window_start, window_end, policy, monitor_id, generated_at, status, body)
       select $1, $2::timestamptz, $2::timestamptz + (10 + i) * interval '1 minute', 'calibrated', 999,
         $2::timestamptz + (20 + i) * interval '1 minute', 'ok', '{"samples": 1}' from generate_series(1, 2000) i`,
      [streamId, new Date(START).toISOString()],
    );
    watching.clock.ms = slotAt(1) + 24 * 60 * MINUTE_MS;
    await watching.pay(START, START + MINUTE_MS, 100, 30);
    await reviseReports(watching.context);
    await reviseReports(watching.context);
    expect(await revisionsOf(watching)).toEqual([
      [1, 200],
      [2, 230],
    ]);
  });

  it('an answer made of fewer events than the newest revision does not become the newest', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    await watching.runAt(slotAt(1));
    const { streamId, id } = await monitorOf(watching);
    const { reports } = await listReports(watching.db, { streamId, monitorId: id, limit: 1 });
    const [old] = reports;
    if (old?.evaluation == null) throw new Error('no report');
    await watching.pay(START, START + MINUTE_MS, 100, 30);
    watching.clock.ms += MINUTE_MS;
    await watching.pay(START, START + MINUTE_MS, 100, 30);
    watching.clock.ms += 2 * MINUTE_MS;
    await reviseReports(watching.context);
    // Another replica listed the same late minutes, and read the window before the last of them had come.
    await saveReport(watching.db, { ...old, evaluation: { ...old.evaluation, samples: 200 } });
    expect((await revisionsOf(watching)).at(-1)).toEqual([2, 260]);
  });
});

it('no_data: off ends what was said of silence, and not the drift that goes on', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  await watching.pay(START, START + TEN, 300);
  await watching.runAt(slotAt(1));
  await watching.apply({ open_after: 1, severity: { no_data: 'off' } });
  await watching.deliver();
  expect(watching.channel.sent.map(({ reason }) => reason)).toEqual(['opened']);
});

it('a process whose clock is ahead of the database tells people at once', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  await watching.pay(START, START + TEN, 300);
  await watching.runAt(slotAt(1));
  const { incidents } = await listIncidents(watching.db, { limit: 1 });
  const ahead = watching.another({ clock: { now: () => Date.now() + 30 * MINUTE_MS } });
  await triageIncident(ahead.context, incidents[0]?.id ?? 0, { action: 'resolve' }, { by: 'anna' });
  await ahead.delivery.wake();
  await ahead.delivery.idle();
  const { notifications } = await listNotifications(watching.db, { limit: 10 });
  expect(notifications.map(({ reason, status }) => [reason, status])).toEqual([
    ['resolved', 'sent'],
    ['opened', 'sent'],
  ]);
});

it('a channel that throws at one message sends the others, and gives that one up in the end', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  await watching.pay(START, START + TEN, 300);
  watching.channel.answer = () => {
    throw new Error('cannot be rendered');
  };
  await watching.runAt(slotAt(1));
  for (let i = 1; i <= 20; i++) {
    watching.clock.ms += 3 * 60 * MINUTE_MS;
    await watching.deliver();
  }
  const { notifications } = await listNotifications(watching.db, { limit: 10 });
  expect(notifications.map(({ status, attempts }) => [status, attempts > 0])).toEqual([['dead', true]]);
});

describe('one monitor whose document cannot be read (an older version wrote it, a person changed it by SQL)', () => {
  async function withBad(watching: Watching) {
    const stream = { service: 'other', endpoint: 'GET /' };
    await watching.apply({ open_after: 1, repeat_interval: '20m' }, { name: 'bad', stream, open_after: 1 });
    await watching.pay(START, START + TEN, 300);
    await watching.runAt(slotAt(1));
    expect(watching.channel.sent.map(({ monitor }) => monitor).sort()).toEqual(['bad', 'payments']);
    await watching.db.query(`update monitors set spec = '{}' where name = 'bad'`);
  }

  it('holds up no reminder of another', async () => {
    const watching = await openWatching();
    await withBad(watching);
    await watching.db.query(`update incidents set notify_at = '2026-01-01' where monitor = 'bad'`);
    watching.clock.ms = slotAt(1) + 30 * MINUTE_MS;
    await notifyDueIncidents(watching.context).catch(() => undefined);
    await watching.deliver();
    expect(watching.channel.sent.slice(2).map(({ monitor, reason }) => [monitor, reason])).toContainEqual([
      'payments',
      'repeat_interval',
    ]);
  });

  it('can still be deleted', async () => {
    const watching = await openWatching();
    await withBad(watching);
    const bad = await monitorOf(watching, 'bad');
    await watching.db.transaction((tx) => removeMonitor(tx, watching.context, bad));
    expect(await findMonitor(watching.db, 'bad')).toBeUndefined();
  });

  it('holds up no revision of another stream', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    await watching.runAt(slotAt(1));
    const bad = { name: 'bad', stream: { service: 'other', endpoint: 'GET /' }, reference: 'previous_window' } as const;
    await watching.apply({}, bad);
    // A stream with a lower number is looked at first.
    const { streamId } = await monitorOf(watching);
    await watching.db.query(
      `insert into streams (id, service, endpoint) overriding system value values (-1, 'first', 'GET /')`,
    );
    await watching.db.query(`update monitors set stream_id = -1, spec = '{}' where name = 'bad'`);
    await watching.db.query(
      `insert into reports (stream_id, window_start, window_end, policy, monitor_id, generated_at, status, body)
       select -1, $1::timestamptz, $2::timestamptz, 'calibrated', id, $2::timestamptz, 'ok', '{"samples": 1}'
       from monitors where name = 'bad'`,
      [new Date(START).toISOString(), new Date(START + TEN).toISOString()],
    );
    await watching.db.query(`insert into late_minutes (stream_id, bucket, noticed_at) values (-1, $1, $1)`, [
      new Date(START).toISOString(),
    ]);
    watching.clock.ms = slotAt(1) + 5 * MINUTE_MS;
    await watching.pay(START, START + MINUTE_MS, 100, 30);
    await reviseReports(watching.context).catch(() => undefined);
    await reviseReports(watching.context).catch(() => undefined);
    expect(streamId).toBeGreaterThan(0);
    expect(await revisionsOf(watching)).toEqual([
      [1, 200],
      [2, 230],
    ]);
  });
});

it('a dead letter that is sent again does not open what people were told has ended', async () => {
  const watching = await openWatching();
  await watching.apply({ open_after: 1 });
  watching.channel.answer = ({ reason }) =>
    reason === 'opened' ? { kind: 'rejected', reason: 'HTTP 404' } : { kind: 'sent' };
  for (const [i, amount] of [300, 100, 100].entries()) {
    await watching.pay(START + i * TEN, START + (i + 1) * TEN, amount);
    await watching.runAt(slotAt(i + 1));
  }
  expect(watching.channel.sent.map(({ reason }) => reason)).toEqual(['opened', 'resolved']);
  watching.channel.answer = () => ({ kind: 'sent' });
  await replayDead(watching.db, watching.clock, {});
  await watching.deliver();
  expect(watching.channel.sent.at(-1)?.state).toBe('resolved');
});
