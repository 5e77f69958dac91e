import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { toReport } from '../../../src/core/evaluation/to-report.ts';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { foldProfiles } from '../../../src/services/maintenance/fold-profiles.ts';
import { applyMonitors } from '../../../src/services/monitors/apply-monitors.ts';
import { keepDefaultMonitors } from '../../../src/services/monitors/default-monitors.ts';
import { reviseReports } from '../../../src/services/monitors/revise-reports.ts';
import { listIncidents } from '../../../src/store/incidents.ts';
import { listRuns } from '../../../src/store/monitor-runs.ts';
import { claimDueMonitors, completeRun, findMonitor, setMonitorPaused } from '../../../src/store/monitors.ts';
import { listReports } from '../../../src/store/reports.ts';
import { makeTemporaryDirectory } from '../../database.ts';
import { openWatching, START, slotAt, startMonitors, type Watching } from './watching.ts';

const TEN = 10 * MINUTE_MS;

async function runsOf({ db }: Watching, name = 'payments') {
  const monitor = await findMonitor(db, name);
  if (monitor === undefined) throw new Error(`no monitor ${name}`);
  return (await listRuns(db, monitor, { limit: 100 })).runs.reverse();
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
    expect(ran.flat().map(({ end }) => end.status)).toEqual(Array(12).fill('done'));
    expect(new Set(ran.flat().map(({ monitor }) => monitor.name)).size).toBe(12);
  });

  it('of a process that died are taken over when its lease ends, and it cannot finish them any more', async () => {
    const watching = await openWatching();
    await watching.apply({});
    watching.clock.ms = slotAt(1);
    const [dead] = await claimDueMonitors(watching.db, watching.clock, { leaseMs: MINUTE_MS, limit: 1 });
    if (dead === undefined) throw new Error('nothing was due');
    expect(await watching.scheduler.runDue()).toEqual([]);
    watching.clock.ms += MINUTE_MS;
    expect((await watching.scheduler.runDue()).map(({ end }) => end.status)).toEqual(['done']);
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

  it('without a baseline fail, say why, and somebody is told', async () => {
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

describe('references', () => {
  it('may be the window before', async () => {
    const watching = await openWatching();
    await watching.apply({ reference: 'previous_window' });
    await watching.pay(START, START + TEN);
    await watching.pay(START + TEN, START + 2 * TEN, 300);
    await watching.runAt(slotAt(2));
    const monitor = await findMonitor(watching.db, 'payments');
    const { reports } = await listReports(watching.db, {
      streamId: monitor?.streamId ?? 0,
      monitorId: monitor?.id,
      limit: 1,
    });
    const evaluation = reports[0]?.evaluation;
    const body = evaluation && toReport(evaluation);
    expect(body).toMatchObject({ baseline: null, status: 'fail', reference: { kind: 'previous_window' } });
    expect(body?.reference.windows).toEqual([{ start: '2026-06-01T12:00:00.000Z', end: '2026-06-01T12:10:00.000Z' }]);
    expect(body?.checks.amount_ks?.reference_n).toBe(200);
  });

  it('may be the same hours of earlier weeks, and fails where there are none', async () => {
    const watching = await openWatching();
    await watching.apply({ reference: { same_hours: { weeks: 2 } } });
    await watching.pay(START, START + TEN);
    await watching.runAt(slotAt(1));
    expect(await runsOf(watching)).toMatchObject([
      { status: 'failed', reason: expect.stringMatching(/no events to compare with/) },
    ]);
    const week = 7 * 24 * 60 * MINUTE_MS;
    await watching.pay(START + TEN - week, START + 2 * TEN - week);
    await watching.runAt(slotAt(2));
    expect((await runsOf(watching)).at(-1)).toMatchObject({ status: 'done' });
  });
});

describe('late events', () => {
  it('make a further revision of the report of a closed window; the old one stays, and so does the incident', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await watching.pay(START, START + TEN, 100);
    await watching.runAt(slotAt(1));
    watching.clock.ms += MINUTE_MS;
    expect(await reviseReports(watching.context)).toBe(0);
    await watching.pay(START, START + 5 * MINUTE_MS, 500, 60);
    watching.clock.ms += 2 * MINUTE_MS;
    expect(await reviseReports(watching.context)).toBe(1);
    const monitor = await findMonitor(watching.db, 'payments');
    const query = { streamId: monitor?.streamId ?? 0, monitorId: monitor?.id, limit: 10 };
    const revisions = (await listReports(watching.db, query)).reports.map(({ revision, status, evaluation }) => {
      return [revision, status, evaluation?.samples];
    });
    expect(revisions).toEqual([
      [2, 'fail', 500],
      [1, 'ok', 200],
    ]);
    expect((await listIncidents(watching.db, { limit: 10 })).incidents).toEqual([]);
    expect(await reviseReports(watching.context)).toBe(0);
  });

  it('are seen through the folding of minutes into hours', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    await watching.runAt(slotAt(1));
    watching.clock.ms = START + 3 * 60 * MINUTE_MS;
    await foldProfiles(watching.db, watching.clock.ms);
    await watching.pay(START, START + MINUTE_MS, 100, 30);
    await foldProfiles(watching.db, watching.clock.ms + TEN);
    watching.clock.ms += 2 * MINUTE_MS;
    expect(await reviseReports(watching.context)).toBe(1);
  });
});

describe('applying a file', () => {
  it('is idempotent, tells the differences, and prunes only what a file brought', async () => {
    const watching = await openWatching();
    const { context } = watching;
    const a = { name: 'a', stream: { service: 's', endpoint: 'e' }, window: '10m', every: '10m' };
    const both = { monitors: [a, { ...a, name: 'b' }], prune: true, dryRun: false };
    expect(await applyMonitors(context, both)).toEqual({
      created: ['a', 'b'],
      changed: [],
      unchanged: [],
      deleted: [],
    });
    expect(await applyMonitors(context, both)).toMatchObject({ unchanged: ['a', 'b'], created: [], changed: [] });
    const change = { monitors: [{ ...a, window: '20m', floors: { ks: 0.2 } }], prune: true, dryRun: true };
    const answer = {
      created: [],
      changed: [{ name: 'a', differences: ['floors.ks: 0.2 (new)', 'window: "10m" → "20m"'] }],
      unchanged: [],
      deleted: ['b'],
    };
    expect(await applyMonitors(context, change)).toEqual(answer);
    expect(await findMonitor(watching.db, 'b')).toBeDefined();
    expect(await applyMonitors(context, { ...change, dryRun: false })).toEqual(answer);
    expect(await findMonitor(watching.db, 'b')).toBeUndefined();
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

describe('MONITORS_FILE', () => {
  it('is applied at every start, and a wrong one names its lines and stops the start', async () => {
    const directory = await makeTemporaryDirectory();
    const path = `${directory}/monitors.yaml`;
    const good = 'monitors:\n  - {name: filed, stream: {service: s, endpoint: e}, window: 10m, every: 10m}\n';
    await writeFile(path, good);
    const watching = await openWatching({ MONITORS_FILE: path, DEFAULT_MONITOR: 'off' });
    await startMonitors(watching.context);
    expect(await findMonitor(watching.db, 'filed')).toMatchObject({ origin: 'file' });
    await writeFile(path, good.replace('every: 10m', 'every: 10s').replace('name: filed', 'name: filed, colour: red'));
    await expect(startMonitors(watching.context)).rejects.toThrow(
      /line 2: monitors\.0\.every: .*\n {2}line 2: monitors\.0\.colour: /,
    );
    await rm(directory, { recursive: true });
    await expect(startMonitors(watching.context)).rejects.toThrow(/MONITORS_FILE: .* cannot be read \(ENOENT\)/);
  });
});

describe('default monitors', () => {
  it('are made for streams with a baseline, give way to one of its own, and may be switched off', async () => {
    const watching = await openWatching();
    await keepDefaultMonitors(watching.context);
    await Promise.all([keepDefaultMonitors(watching.context), keepDefaultMonitors(watching.another().context)]);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toMatchObject({ origin: 'default', paused: false });
    await watching.apply({});
    await keepDefaultMonitors(watching.context);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toBeUndefined();
    expect(await findMonitor(watching.db, 'payments')).toMatchObject({ origin: 'file' });
  });

  it('are not made with DEFAULT_MONITOR=off', async () => {
    const watching = await openWatching({ DEFAULT_MONITOR: 'off' });
    await keepDefaultMonitors(watching.context);
    expect(await findMonitor(watching.db, 'payments POST /pay')).toBeUndefined();
  });
});
