import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { removeMonitor } from '../../../src/services/monitors/put-monitor.ts';
import { runNow, tryMonitor } from '../../../src/services/monitors/run-now.ts';
import { listIncidents } from '../../../src/store/incidents.ts';
import { reasons } from '../incidents/incident.ts';
import { monitorOf, TEN } from './runs.ts';
import { openWatching, START, slotAt } from './watching.ts';

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
