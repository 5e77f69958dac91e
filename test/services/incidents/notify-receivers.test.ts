import { expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { triageIncident } from '../../../src/services/incidents/triage-incident.ts';
import { findIncident } from '../../../src/store/incidents.ts';
import { openWatching, slotAt, TestChannel } from '../monitors/watching.ts';
import { live, only, trailOf, who } from './incident.ts';

/** A channel for people, and one whose receiver keeps an alert for each incident. */
async function openBoth() {
  const pager = new TestChannel('pager', {});
  const watching = await openWatching({}, [pager]);
  return { watching, pager };
}

const heard = (channel: TestChannel) => channel.sent.map(({ reason }) => reason);

it('the end of a silenced incident reaches the receiver that keeps state at once, and people after the silence', async () => {
  const { watching, pager } = await openBoth();
  await watching.apply({ open_after: 1, close_after: 1 });
  await live(watching, [300]);
  const { id } = await only(watching);
  await triageIncident(watching.context, id, { action: 'silence', untilMs: slotAt(2) + 5 * MINUTE_MS }, who);
  await live(watching, [100], 1);
  expect(heard(pager)).toEqual(['opened', 'resolved']);
  expect(heard(watching.channel)).toEqual(['opened']);
  await watching.runAt(slotAt(2) + 6 * MINUTE_MS);
  expect(heard(watching.channel)).toEqual(['opened', 'resolved']);
  expect(heard(pager)).toEqual(['opened', 'resolved']);
});

it('what is back while it is silenced opens its alert again when the silence ends; people hear nothing of it', async () => {
  const { watching, pager } = await openBoth();
  await watching.apply({ open_after: 1, close_after: 1, repeat_interval: '24h' });
  await live(watching, [300]);
  const { id } = await only(watching);
  await triageIncident(watching.context, id, { action: 'silence', untilMs: slotAt(3) + MINUTE_MS }, who);
  await live(watching, [100, 300], 1);
  expect(heard(pager)).toEqual(['opened', 'resolved']);
  await watching.runAt(slotAt(3) + 2 * MINUTE_MS);
  expect(heard(pager)).toEqual(['opened', 'resolved', 'reopened']);
  expect(pager.sent[2]?.changes).toContain('It is back, 12 min after it was resolved.');
  expect(heard(watching.channel)).toEqual(['opened']);
});

it('an acknowledgement reaches the receiver that keeps state, once, and nobody else', async () => {
  const { watching, pager } = await openBoth();
  await watching.apply({ open_after: 1, repeat_interval: '24h' });
  await live(watching, [300]);
  const { id } = await only(watching);
  await triageIncident(watching.context, id, { action: 'silence', untilMs: slotAt(9) }, who);
  await triageIncident(watching.context, id, { action: 'acknowledge' }, who);
  await triageIncident(watching.context, id, { action: 'acknowledge' }, who);
  await watching.deliver();
  await live(watching, [300], 1);
  expect(heard(pager)).toEqual(['opened', 'acknowledged']);
  expect(pager.sent[1]).toMatchObject({ state: 'firing', changes: ['Acknowledged by anna.'] });
  expect(heard(watching.channel)).toEqual(['opened']);
  expect((await trailOf(watching, await only(watching))).filter((what) => what === 'notified_acknowledged')).toEqual([
    'notified_acknowledged',
  ]);
});

it('an incident that was stored before the two kinds of channels were separate ends in both', async () => {
  const { watching, pager } = await openBoth();
  await watching.apply({ open_after: 1, close_after: 1 });
  await live(watching, [300]);
  const { id } = await only(watching);
  const old = { ...(await findIncident(watching.db, id))?.lastNotification, alert: undefined };
  await watching.db.query('update incidents set last_notification = $2::json where id = $1', [id, JSON.stringify(old)]);
  await triageIncident(watching.context, id, { action: 'silence', untilMs: slotAt(9) }, who);
  await live(watching, [100], 1);
  expect(heard(pager)).toEqual(['opened', 'resolved']);
  expect(heard(watching.channel)).toEqual(['opened']);
});
