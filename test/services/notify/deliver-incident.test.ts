import { expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { triageIncident } from '../../../src/services/incidents/triage-incident.ts';
import { listIncidents } from '../../../src/store/incidents.ts';
import { listNotifications, replayDead } from '../../../src/store/notifications.ts';
import { TEN } from '../monitors/runs.ts';
import { openWatching, START, slotAt } from '../monitors/watching.ts';

it('a process whose clock is ahead of the database notifies people at once', async () => {
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

it('a dead letter that is sent again does not reopen what people know has ended', async () => {
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
