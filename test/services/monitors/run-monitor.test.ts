import { describe, expect, it } from 'vitest';
import { toReport } from '../../../src/core/evaluation/to-report.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { findMonitor } from '../../../src/store/monitors.ts';
import { listReports } from '../../../src/store/reports.ts';
import { runsOf, TEN } from './runs.ts';
import { openWatching, START, slotAt } from './watching.ts';

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
      { status: 'failed', reason: expect.stringMatching(/No events to compare with/) },
    ]);
    const week = 7 * 24 * 60 * MINUTE_MS;
    await watching.pay(START + TEN - week, START + 2 * TEN - week);
    await watching.runAt(slotAt(2));
    expect((await runsOf(watching)).at(-1)).toMatchObject({ status: 'done' });
  });
});
