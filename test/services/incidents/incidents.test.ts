import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { triageIncident } from '../../../src/services/incidents/triage-incident.ts';
import { removeMonitor } from '../../../src/services/monitors/apply-monitors.ts';
import { runNow, tryMonitor } from '../../../src/services/monitors/run-now.ts';
import { countIncidentReports, listAuditLog } from '../../../src/store/audit-log.ts';
import { listIncidents, type StoredIncident } from '../../../src/store/incidents.ts';
import { findMonitor, type StoredMonitor } from '../../../src/store/monitors.ts';
import { openWatching, START, slotAt, type Watching } from '../monitors/watching.ts';

const TEN = 10 * MINUTE_MS;

/** Windows of ten minutes, one after the other: an amount each; null is a window without events. */
async function live(watching: Watching, amounts: readonly (number | null)[], from = 0): Promise<void> {
  for (const [i, amount] of amounts.entries()) {
    const startMs = START + (from + i) * TEN;
    if (amount !== null) await watching.pay(startMs, startMs + TEN, amount);
    await watching.runAt(slotAt(from + i + 1));
  }
}

async function only({ db }: Watching) {
  const { incidents } = await listIncidents(db, { limit: 10 });
  if (incidents[0] === undefined || incidents.length > 1) throw new Error(`${incidents.length} incidents`);
  return incidents[0];
}

async function monitorOf({ db }: Watching): Promise<StoredMonitor> {
  const monitor = await findMonitor(db, 'payments');
  if (monitor === undefined) throw new Error('no monitor');
  return monitor;
}

const trailOf = async ({ db }: Watching, incident: StoredIncident) =>
  (await listAuditLog(db, incident)).map(({ what }) => what);
const reasons = (watching: Watching) => watching.channel.sent.map(({ reason }) => reason);
const who = { by: 'anna', note: 'rolled back' };

describe('the life of an incident', () => {
  it('one window is pending, two are an incident, and its end is told', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await live(watching, [100, 300]);
    expect(await only(watching)).toMatchObject({ incident: { state: 'pending' }, lastNotification: null });
    expect(reasons(watching)).toEqual([]);
    await live(watching, [300, 100, 100], 2);
    expect(reasons(watching)).toEqual(['opened', 'resolved']);
    const row = await only(watching);
    expect(row.incident).toMatchObject({ state: 'resolved', severity: 'critical', startedAtMs: START + TEN });
    const trail = (await listAuditLog(watching.db, row)).map(({ what }) => what);
    expect(trail).toEqual([
      'first_failure',
      'opened',
      'notified_opened',
      'first_pass',
      'resolved',
      'notified_resolved',
    ]);
    expect(await countIncidentReports(watching.db, row)).toBe(2);
    const [opened, resolved] = watching.channel.sent;
    expect(opened).toMatchObject({
      state: 'firing',
      reference: 'baseline payments of 2026-06-01',
      window: { samples: 200 },
    });
    expect(opened?.findings[0]).toMatchObject({
      check: 'amount_ks',
      feature: 'request.body.amount',
      severity: 'critical',
    });
    expect(resolved?.changes[0]).toMatch(/^It lasted 40 min/);
    expect(new Set(watching.channel.sent.map(({ id }) => id)).size).toBe(2);
  });

  it('one window alone is forgotten', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await live(watching, [300, 100]);
    expect((await listIncidents(watching.db, { limit: 10 })).incidents).toEqual([]);
    expect(reasons(watching)).toEqual([]);
  });

  it('what comes back within an hour is the same incident', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await live(watching, [300, 100, 100, 300]);
    expect(reasons(watching)).toEqual(['opened', 'resolved', 'reopened']);
    expect(await only(watching)).toMatchObject({ incident: { state: 'firing', flaps: 1 } });
  });

  it('silence is a condition of its own, and moves no other incident', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await live(watching, [null, null, null, 100, 100]);
    expect(watching.channel.sent.map(({ condition, reason }) => [condition, reason])).toEqual([
      ['no_data', 'opened'],
      ['no_data', 'resolved'],
    ]);
  });

  it('overlapping windows of one fluctuation are not two in a row', async () => {
    const watching = await openWatching();
    await watching.apply({ window: '30m', every: '10m' });
    await watching.pay(START - 30 * MINUTE_MS, START);
    await live(watching, [600, 100]);
    expect(reasons(watching)).toEqual([]);
    expect((await only(watching)).incident).toMatchObject({ state: 'pending', failures: 1 });
  });

  it('is written as a file in the shape of the Drift Sentry when it opens and when it ends', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await live(watching, [300, 100, 100]);
    const directory = `${watching.context.config.ARTIFACTS_DIR}/incidents`;
    await expect.poll(async () => (await readdir(directory)).length).toBe(2);
    const [name = ''] = (await readdir(directory)).sort();
    expect(name).toBe('incident_20260601T121001_10m.json');
    const file = JSON.parse(await readFile(`${directory}/${name}`, 'utf8'));
    expect(file).toMatchObject({ kind: 'drift_incident', window: '10m', automation: { name: 'plumbline_monitor' } });
    expect(file.assessment[0]).toMatchObject({ signal: 'request.body.amount', metric: 'ks', level: 'CRITICAL' });
    expect(file.assessment[0].value).toBeGreaterThan(file.assessment[0].thresholds.warn);
  });
});

describe('what people do', () => {
  it('reminders come every repeat_interval until somebody acknowledges', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1, repeat_interval: '20m', every: '10m' });
    await live(watching, [300, 300, 300]);
    expect(reasons(watching)).toEqual(['opened', 'repeat_interval']);
    const { id } = await only(watching);
    await triageIncident(watching.context, id, { action: 'acknowledge' }, who);
    await live(watching, [300, 300, 300], 3);
    expect(reasons(watching)).toEqual(['opened', 'repeat_interval']);
    const row = await only(watching);
    expect(row.acknowledgedBy).toBe('anna');
    expect(await listAuditLog(watching.db, row)).toContainEqual({
      ...{ atMs: slotAt(3), who: 'anna', what: 'acknowledge', details: { note: 'rolled back' } },
    });
  });

  it('reminders come without a new window too', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1, repeat_interval: '1h', every: '24h', window: '24h' });
    await watching.pay(START, START + 12 * HOUR_MS, 300, 2);
    const midnight = START + 12 * HOUR_MS;
    await watching.runAt(midnight + MINUTE_MS);
    await watching.runAt(midnight + 62 * MINUTE_MS);
    expect(reasons(watching)).toEqual(['opened', 'repeat_interval']);
  });

  it('a silenced incident says nothing until the silence ends', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1, repeat_interval: '20m' });
    await live(watching, [300]);
    const { id } = await only(watching);
    await triageIncident(watching.context, id, { action: 'silence', untilMs: slotAt(1) + 45 * MINUTE_MS }, who);
    await live(watching, [300, 300, 300, 300], 1);
    expect(reasons(watching)).toEqual(['opened']);
    await watching.runAt(slotAt(1) + 46 * MINUTE_MS);
    expect(reasons(watching)).toEqual(['opened', 'repeat_interval']);
    expect(watching.channel.sent[1]).toMatchObject({
      window: { samples: 200 },
      reference: 'baseline payments of 2026-06-01',
    });
  });

  it('quiet hours hold back what is not critical, and what came and went is not told', async () => {
    const watching = await openWatching();
    const quiet = { quiet_hours: { from: '12:00', to: '12:45', zone: 'UTC' }, severity: { warning: 30, critical: 40 } };
    await watching.apply({ open_after: 1, ...quiet });
    await live(watching, [300, 100, 100, 300]);
    expect(reasons(watching)).toEqual([]);
    await watching.runAt(START + 46 * MINUTE_MS);
    expect(watching.channel.sent).toMatchObject([{ reason: 'opened', severity: 'info' }]);
  });

  it('resolving and reopening by hand are told and written down', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await live(watching, [300]);
    const { id } = await only(watching);
    const { context } = watching;
    await triageIncident(context, id, { action: 'resolve' }, who);
    await expect(triageIncident(context, id, { action: 'resolve' }, who)).rejects.toMatchObject({ code: 'conflict' });
    await triageIncident(context, id, { action: 'reopen' }, who);
    await triageIncident(context, id, { action: 'assign', to: 'ben' }, who);
    await watching.deliver();
    expect(reasons(watching)).toEqual(['opened', 'resolved', 'reopened']);
    expect(watching.channel.sent[1]).toMatchObject({
      ...{ window: { samples: 200 }, reference: 'baseline payments of 2026-06-01' },
      changes: ['It lasted 10 min.', 'Resolved by anna: no window has passed since it failed.'],
    });
    expect(await only(watching)).toMatchObject({ assignedTo: 'ben', incident: { state: 'firing' } });
    await expect(triageIncident(context, 999, { action: 'resolve' }, who)).rejects.toMatchObject({
      code: 'incident_not_found',
    });
  });

  it('a monitor that is deleted takes its incident along, and says so', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await live(watching, [300]);
    const monitor = await monitorOf(watching);
    await watching.db.transaction((tx) => removeMonitor(tx, watching.context, monitor));
    await watching.deliver();
    expect(reasons(watching)).toEqual(['opened', 'resolved']);
    expect(watching.channel.sent[1]?.changes).toContain('Nothing has passed: its monitor was deleted.');
    const row = await only(watching);
    expect(row.incident.state).toBe('resolved');
    expect(await trailOf(watching, row)).toEqual(['opened', 'notified_opened', 'monitor_deleted', 'notified_resolved']);
  });

  it.each([
    ['its groups', { group_by: 'feature' }],
    ['its stream', { stream: { service: 'payments', endpoint: 'GET /pay' } }],
  ] as const)('a monitor that changes %s ends its incident, and says that it was changed', async (_, change) => {
    const watching = await openWatching();
    const changed = vi.spyOn(watching.context.metrics, 'changed');
    onTestFinished(() => changed.mockRestore());
    await watching.apply({ open_after: 1 });
    await live(watching, [300]);
    await watching.apply({ open_after: 1, ...change });
    await watching.deliver();
    expect(reasons(watching)).toEqual(['opened', 'resolved']);
    expect(watching.channel.sent[1]?.changes).toContain('Nothing has passed: its monitor was changed.');
    const row = await only(watching);
    expect(row.incident.state).toBe('resolved');
    expect(await trailOf(watching, row)).toEqual(['opened', 'notified_opened', 'monitor_changed', 'notified_resolved']);
    expect(changed.mock.calls).toEqual([['opened'], ['monitor_changed']]);
  });

  it('a monitor that changes its window keeps its incident', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await live(watching, [300]);
    await watching.apply({ open_after: 1, window: '20m' });
    const row = await only(watching);
    expect(row.incident.state).toBe('firing');
    expect(await trailOf(watching, row)).toEqual(['opened', 'notified_opened']);
  });
});

describe('running now', () => {
  it('does what a slot does, beside the schedule; a dry run only says it', async () => {
    const watching = await openWatching();
    await watching.apply({ open_after: 1 });
    await watching.pay(START, START + 5 * MINUTE_MS, 300);
    watching.clock.ms = START + 5 * MINUTE_MS;
    const monitor = await monitorOf(watching);
    const tried = await tryMonitor(watching.context, monitor.spec, monitor);
    expect(tried.changes).toMatchObject([
      { group: 'all', reason: 'opened', notification: { notify: true, reason: 'opened' } },
    ]);
    expect((await listIncidents(watching.db, { limit: 10 })).incidents).toEqual([]);
    const ran = await runNow(watching.context, monitor);
    expect(ran.changes).toMatchObject([{ group: 'all', reason: 'opened', from: null, to: 'firing' }]);
    expect(ran.evaluation).toMatchObject({ status: 'fail' });
    await watching.pay(START + 5 * MINUTE_MS, START + TEN, 300);
    await watching.runAt(slotAt(1));
    expect(reasons(watching)).toEqual(['opened']);
  });
});
