import { expect, it, onTestFinished, vi } from 'vitest';
import { removeMonitor } from '../../../src/services/monitors/put-monitor.ts';
import { monitorOf } from '../monitors/runs.ts';
import { openWatching } from '../monitors/watching.ts';
import { live, only, reasons, trailOf } from './incident.ts';

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
