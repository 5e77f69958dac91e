import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { countIncidentReports, listAuditLog } from '../../../src/store/audit-log.ts';
import { listIncidents } from '../../../src/store/incidents.ts';
import { TEN } from '../monitors/runs.ts';
import { openWatching, START } from '../monitors/watching.ts';
import { live, only, reasons } from './incident.ts';

describe('the life of an incident', () => {
  it('one window is pending, two are an incident, and its end is notified', async () => {
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
