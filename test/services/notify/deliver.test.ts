import { expect, it } from 'vitest';
import type { Message } from '../../../src/core/incident/message.ts';
import { DrivenClock } from '../../../src/core/time/clock.ts';
import { SECOND_MS } from '../../../src/core/time/window.ts';
import { createMonitoring, SILENT_MONITORING_METRICS } from '../../../src/monitoring.ts';
import { BACKOFF_MS } from '../../../src/services/notify/deliver.ts';
import { sampleMessage } from '../../../src/services/notify/sample-message.ts';
import type { Database } from '../../../src/store/database.ts';
import {
  claimNotifications,
  insertNotifications,
  listNotifications,
  recordTry,
  replayDead,
} from '../../../src/store/notifications.ts';
import { withDatabase } from '../../database.ts';
import { SILENT } from '../../silent-log.ts';
import { testConfig } from '../ingest/service.ts';
import { START, TestChannel } from '../monitors/watching.ts';

const database = withDatabase();
let names = 0;

/** An outbox with channels of names that no other test has. */
function openOutbox(count = 1) {
  const db = database();
  const clock = new DrivenClock(START);
  const channels = Array.from({ length: count }, () => new TestChannel(`channel ${++names}`));
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  const base = { db, clock, config: testConfig(), log: SILENT, metrics: SILENT_MONITORING_METRICS };
  const open = (isPaused = () => false) =>
    createMonitoring({ ...base, channels: { byName, routes: [] }, random: () => 0, isPaused }).delivery;
  const delivery = open();
  const deliver = async () => {
    await delivery.wake();
    await delivery.idle();
  };
  return { db, clock, delivery, deliver, open, channels, channel: channels[0] as TestChannel };
}

let ids = 0;
async function put(db: Database, channel: string, incidentId = ++ids): Promise<Message> {
  const message = { ...sampleMessage(START, null), id: `message ${++ids}` };
  await insertNotifications(db, new DrivenClock(START), [{ streamId: 1, incidentId, channel, message }]);
  return message;
}

const statusOf = async (db: Database, channel: string) =>
  (await listNotifications(db, { channel, limit: 100 })).notifications.map(({ status, attempts, lastError }) => [
    status,
    attempts,
    lastError,
  ]);

it('what was sent is sent once', async () => {
  const { db, channel, deliver } = openOutbox();
  const message = await put(db, channel.name);
  await deliver();
  await deliver();
  expect(channel.sent).toEqual([message]);
  expect(await statusOf(db, channel.name)).toEqual([['sent', 1, null]]);
});

it('nothing is sent while the process is paused', async () => {
  const { db, channel, open, deliver } = openOutbox();
  await put(db, channel.name);
  const paused = open(() => true);
  await paused.wake();
  await paused.idle();
  expect(channel.sent).toEqual([]);
  await deliver();
  expect(channel.sent).toHaveLength(1);
});

it('what failed is tried again after each step of the backoff, with the same id, and is then a dead letter', async () => {
  const { db, clock, channel, deliver } = openOutbox();
  const { id } = await put(db, channel.name);
  channel.answer = () => ({ kind: 'retry', reason: 'HTTP 500' });
  const triedAt: number[] = [];
  for (const wait of [0, ...BACKOFF_MS]) {
    clock.ms += wait - 1;
    await deliver();
    triedAt.push(channel.sent.length);
    clock.ms += 1;
    await deliver();
  }
  expect(triedAt).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => (n === 0 ? triedAt[0] : n)));
  expect(channel.sent.map((message) => message.id)).toEqual(Array(7).fill(id));
  expect(await statusOf(db, channel.name)).toEqual([['dead', 7, 'HTTP 500, after 7 tries']]);
  clock.ms += 1;
  channel.answer = () => ({ kind: 'sent' });
  expect(await replayDead(db, clock, { channel: channel.name })).toBe(1);
  await deliver();
  expect(await statusOf(db, channel.name)).toEqual([['sent', 1, null]]);
});

it('no try before Retry-After', async () => {
  const { db, clock, channel, deliver } = openOutbox();
  await put(db, channel.name);
  channel.answer = () => ({ kind: 'retry', reason: 'HTTP 429', afterMs: 60 * SECOND_MS });
  await deliver();
  clock.ms += 59_999;
  await deliver();
  expect(channel.sent).toHaveLength(1);
  clock.ms += 1;
  await deliver();
  expect(channel.sent).toHaveLength(2);
});

it('a rejection is a dead letter at once', async () => {
  const { db, channel, deliver } = openOutbox();
  await put(db, channel.name);
  channel.answer = () => ({ kind: 'rejected', reason: 'HTTP 404' });
  await deliver();
  expect(await statusOf(db, channel.name)).toEqual([['dead', 1, 'HTTP 404']]);
});

it('the messages of one incident keep their order; other incidents go on', async () => {
  const { db, clock, channel, deliver } = openOutbox();
  const first = await put(db, channel.name, 1);
  const second = await put(db, channel.name, 1);
  const other = await put(db, channel.name, 2);
  channel.answer = ({ id }) => (id === first.id ? { kind: 'retry', reason: 'HTTP 503' } : { kind: 'sent' });
  await deliver();
  expect(channel.sent.map(({ id }) => id).sort()).toEqual([first.id, other.id].sort());
  channel.answer = () => ({ kind: 'sent' });
  clock.ms += BACKOFF_MS[0];
  await deliver();
  expect(channel.sent.slice(2).map(({ id }) => id)).toEqual([first.id, second.id]);
});

it('a channel that hangs delays no other', async () => {
  const { db, delivery, channels } = openOutbox(2);
  const [hanging, healthy] = channels as [TestChannel, TestChannel];
  let release = () => {};
  hanging.answer = () =>
    new Promise((resolve) => {
      release = () => resolve({ kind: 'sent' });
    });
  await put(db, hanging.name);
  await put(db, healthy.name);
  await delivery.wake();
  await expect.poll(() => statusOf(db, healthy.name)).toEqual([['sent', 1, null]]);
  expect(await statusOf(db, hanging.name)).toEqual([['pending', 0, null]]);
  release();
  await delivery.idle();
  expect(await statusOf(db, hanging.name)).toEqual([['sent', 1, null]]);
});

it('what a process held when it died is sent by another, and the late one cannot take it back', async () => {
  const { db, clock, channel, deliver } = openOutbox();
  await put(db, channel.name);
  const [dead] = await claimNotifications(db, clock, channel.name, { leaseMs: 30 * SECOND_MS, limit: 1 });
  if (dead === undefined) throw new Error('nothing to claim');
  await deliver();
  expect(channel.sent).toEqual([]);
  clock.ms += 30 * SECOND_MS;
  await deliver();
  expect(channel.sent.map(({ id }) => id)).toEqual([dead.message.id]);
  expect(await recordTry(db, clock, dead, { status: 'dead', error: 'late' })).toBe(false);
  expect(await statusOf(db, channel.name)).toEqual([['sent', 1, null]]);
});

it('two processes never send the same message at the same time', async () => {
  const { db, channel, delivery, open } = openOutbox();
  for (let i = 0; i < 20; i++) await put(db, channel.name);
  const other = open();
  await Promise.all([delivery.wake(), other.wake()]);
  await Promise.all([delivery.idle(), other.idle()]);
  await delivery.wake();
  await delivery.idle();
  expect(channel.sent).toHaveLength(20);
  expect(new Set(channel.sent.map(({ id }) => id)).size).toBe(20);
});

it('a channel that no process knows waits, and says so', async () => {
  const { db, deliver } = openOutbox();
  const name = `gone ${++names}`;
  await put(db, name);
  await deliver();
  expect(await statusOf(db, name)).toEqual([['pending', 1, `no channel is called "${name}" in this process`]]);
});
