import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { notifyDueIncidents } from '../../../src/services/incidents/notify-due-incidents.ts';
import { triageIncident } from '../../../src/services/incidents/triage-incident.ts';
import { listAuditLog } from '../../../src/store/audit-log.ts';
import { withUnreadable } from '../monitors/runs.ts';
import { openWatching, START, slotAt } from '../monitors/watching.ts';
import { live, only, reasons, who } from './incident.ts';

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
    atMs: slotAt(3),
    who: 'anna',
    what: 'acknowledge',
    details: { note: 'rolled back' },
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

it('quiet hours hold back what is not critical, and what came and went is not sent', async () => {
  const watching = await openWatching();
  const quiet = { quiet_hours: { from: '12:00', to: '12:45', zone: 'UTC' }, severity: { warning: 30, critical: 40 } };
  await watching.apply({ open_after: 1, ...quiet });
  await live(watching, [300, 100, 100, 300]);
  expect(reasons(watching)).toEqual([]);
  await watching.runAt(START + 46 * MINUTE_MS);
  expect(watching.channel.sent).toMatchObject([{ reason: 'opened', severity: 'info' }]);
});

describe('one monitor whose document cannot be read (an older version wrote it, a person changed it by SQL)', () => {
  it('holds up no reminder of another', async () => {
    const watching = await openWatching();
    await withUnreadable(watching);
    await watching.db.query(`update incidents set notify_at = '2026-01-01' where monitor = 'bad'`);
    watching.clock.ms = slotAt(1) + 30 * MINUTE_MS;
    await notifyDueIncidents(watching.context).catch(() => undefined);
    await watching.deliver();
    expect(watching.channel.sent.slice(2).map(({ monitor, reason }) => [monitor, reason])).toContainEqual([
      'payments',
      'repeat_interval',
    ]);
  });
});
