import { expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { triageIncident } from '../../../src/services/incidents/triage-incident.ts';
import type { Outcome } from '../../../src/services/notify/outcome.ts';
import { dropSentBefore, listNotifications } from '../../../src/store/notifications.ts';
import { live, only, reasons, who } from '../incidents/incident.ts';
import { openWatching, slotAt, TestChannel } from '../monitors/watching.ts';

const EVERY_MS = 150 * SECOND_MS;

/** An incident that fires, a channel for people, and one whose receiver forgets an alert after five minutes. */
async function openFiring(amounts = [300]) {
  const am = new TestChannel('am', { refreshEveryMs: EVERY_MS });
  const watching = await openWatching({}, [am]);
  await watching.apply({ open_after: 1, close_after: 1, repeat_interval: '24h' });
  await live(watching, amounts);
  const deliverAt = async (ms: number) => {
    watching.clock.ms = ms;
    await watching.deliver();
  };
  const rows = async () => (await listNotifications(watching.db, { channel: 'am', limit: 100 })).notifications;
  return { watching, am, deliverAt, rows };
}

it('an alert is sent again in time, with the same id and from the same row; people hear nothing of it', async () => {
  const { watching, am, deliverAt, rows } = await openFiring();
  const [opened] = am.sent;
  await deliverAt(slotAt(1) + EVERY_MS - 1);
  expect(am.sent).toHaveLength(1);
  await deliverAt(slotAt(1) + EVERY_MS);
  await deliverAt(slotAt(1) + 2 * EVERY_MS - 1);
  expect(am.sent).toEqual([opened, opened]);
  await deliverAt(slotAt(1) + 2 * EVERY_MS);
  expect(am.sent).toEqual([opened, opened, opened]);
  expect(reasons(watching)).toEqual(['opened']);
  expect(await rows()).toMatchObject([{ status: 'sent', attempts: 1, finishedAtMs: slotAt(1) + 2 * EVERY_MS }]);
});

it('it is refreshed once by two replicas, and by the one that is left', async () => {
  const { watching, am, deliverAt } = await openFiring();
  const other = watching.another().delivery;
  watching.clock.ms = slotAt(1) + EVERY_MS;
  await Promise.all([watching.delivery.wake(), other.wake()]);
  await Promise.all([watching.delivery.idle(), other.idle()]);
  expect(am.sent).toHaveLength(2);
  await other.stop();
  await deliverAt(slotAt(1) + 2 * EVERY_MS);
  expect(am.sent).toHaveLength(3);
});

it('it is refreshed while it is acknowledged, silenced and recovering, with what was sent last', async () => {
  const { watching, am, deliverAt } = await openFiring();
  const { id } = await only(watching);
  await triageIncident(watching.context, id, { action: 'acknowledge' }, who);
  await triageIncident(watching.context, id, { action: 'silence', untilMs: slotAt(50) }, who);
  await watching.deliver();
  await deliverAt(slotAt(1) + EVERY_MS);
  expect(am.sent.map(({ reason }) => reason)).toEqual(['opened', 'acknowledged', 'acknowledged']);
  await watching.apply({ open_after: 1, close_after: 9, repeat_interval: '24h' });
  await live(watching, [100], 1);
  expect((await only(watching)).incident.state).toBe('recovering');
  await deliverAt(slotAt(2) + EVERY_MS);
  expect(am.sent.slice(3).map(({ reason }) => reason)).toEqual(['acknowledged', 'acknowledged']);
  expect(reasons(watching)).toEqual(['opened']);
});

it('after its end it is not refreshed', async () => {
  const { am, deliverAt } = await openFiring([300, 100]);
  await deliverAt(slotAt(2) + 10 * EVERY_MS);
  expect(am.sent.map(({ reason }) => reason)).toEqual(['opened', 'resolved']);
});

it('the end waits for a refresh that is on its way, or the alert would fire again after it', async () => {
  const { watching, am } = await openFiring();
  const { id } = await only(watching);
  let answer: (outcome: Outcome) => void = () => {};
  am.answer = ({ state }) =>
    state === 'resolved'
      ? { kind: 'sent' }
      : new Promise<Outcome>((resolve) => {
          answer = resolve;
        });
  watching.clock.ms = slotAt(1) + EVERY_MS;
  await watching.delivery.wake();
  const other = watching.another();
  await triageIncident(other.context, id, { action: 'resolve' }, who);
  await other.delivery.wake();
  await other.delivery.idle();
  expect(am.sent.map(({ reason }) => reason)).toEqual(['opened', 'opened']);
  answer({ kind: 'sent' });
  await watching.delivery.idle();
  await watching.deliver();
  expect(am.sent.map(({ reason }) => reason)).toEqual(['opened', 'opened', 'resolved']);
});

it('a refresh that fails is tried again soon, and never becomes a dead letter', async () => {
  const { am, deliverAt, rows } = await openFiring();
  am.answer = () => ({ kind: 'rejected', reason: 'HTTP 404' });
  for (let i = 0; i < 20; i++) await deliverAt(slotAt(1) + EVERY_MS + i * 30 * SECOND_MS);
  expect(am.sent).toHaveLength(21);
  expect(await rows()).toMatchObject([{ status: 'sent', lastError: 'HTTP 404', finishedAtMs: slotAt(1) }]);
  am.answer = () => ({ kind: 'retry', reason: 'HTTP 503', afterMs: 2 * MINUTE_MS });
  const failedMs = slotAt(1) + EVERY_MS + 20 * 30 * SECOND_MS;
  await deliverAt(failedMs);
  am.answer = () => ({ kind: 'sent' });
  await deliverAt(failedMs + 2 * MINUTE_MS - 1);
  expect(am.sent).toHaveLength(22);
  await deliverAt(failedMs + 2 * MINUTE_MS);
  expect(am.sent).toHaveLength(23);
  expect(await rows()).toMatchObject([{ status: 'sent', lastError: null, attempts: 1 }]);
});

it('a process that dies while it refreshes: another one does it when the lease has ended', async () => {
  const { watching, am } = await openFiring();
  let end: (outcome: Outcome) => void = () => {};
  am.answer = () =>
    new Promise<Outcome>((resolve) => {
      end = resolve;
    });
  watching.clock.ms = slotAt(1) + EVERY_MS;
  await watching.delivery.wake();
  expect(am.sent).toHaveLength(2);
  am.answer = () => ({ kind: 'sent' });
  const other = watching.another().delivery;
  for (const ms of [29_999, 30_000]) {
    watching.clock.ms = slotAt(1) + EVERY_MS + ms;
    await other.wake();
    await other.idle();
  }
  expect(am.sent).toHaveLength(3);
  end({ kind: 'sent' });
});

it('what is refreshed is kept by retention', async () => {
  const { watching, deliverAt, rows } = await openFiring();
  await deliverAt(slotAt(1) + EVERY_MS);
  await dropSentBefore(watching.db, slotAt(1) + EVERY_MS);
  expect(await rows()).toHaveLength(1);
});
