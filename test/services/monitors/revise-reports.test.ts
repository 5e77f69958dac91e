import { describe, expect, it } from 'vitest';
import { readSpec } from '../../../src/core/monitor/monitor-spec.ts';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { foldProfiles } from '../../../src/services/maintenance/fold-profiles.ts';
import { reviseReports } from '../../../src/services/monitors/revise-reports.ts';
import { commitRun, evaluateRun } from '../../../src/services/monitors/run-monitor.ts';
import { listIncidents } from '../../../src/store/incidents.ts';
import { findMonitor } from '../../../src/store/monitors.ts';
import { listReports, saveReport } from '../../../src/store/reports.ts';
import { monitorOf, revisionsOf, TEN } from './runs.ts';
import { openWatching, START, slotAt } from './watching.ts';

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

  it('that came while the window was being evaluated make a revision', async () => {
    const watching = await openWatching();
    await watching.apply({});
    await watching.pay(START, START + TEN);
    watching.clock.ms = slotAt(1) + 10 * SECOND_MS;
    const monitor = await monitorOf(watching);
    const watched = { id: monitor.id, streamId: monitor.streamId, spec: readSpec(monitor.spec) };
    const { context } = watching;
    const evaluated = await evaluateRun(context, watched, START + TEN, watching.clock.ms);
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

describe('one monitor whose document cannot be read (an older version wrote it, a person changed it by SQL)', () => {
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
