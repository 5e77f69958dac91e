import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '../../src/core/incident/message.ts';
import { DrivenClock, systemClock } from '../../src/core/time/clock.ts';
import { SECOND_MS } from '../../src/core/time/window.ts';
import type { Channel } from '../../src/services/notify/channel.ts';
import { slackChannel } from '../../src/services/notify/channels/slack.ts';
import { sampleMessage } from '../../src/services/notify/sample-message.ts';
import type { Database } from '../../src/store/database.ts';
import { findNextDue } from '../../src/store/next-due.ts';
import { insertNotifications, listNotifications } from '../../src/store/notifications.ts';
import { printTable } from '../bench/figures.ts';
import { openMonitoring } from './parts.ts';
import { receive } from './receiver.ts';

const LEASE_MS = 30 * SECOND_MS;
/** Three failures wait 5, 30 and 120 seconds, plus up to 20 %. */
const REAL_MS = 200 * SECOND_MS;
const HEALTHY_EVERY_MS = 4 * SECOND_MS;

/** Faulty answers of a Slack server; `tries` counts from 1. */
const FAULTS: Readonly<Record<string, (tries: number, response: ServerResponse) => void>> = {
  '500 × 3': (tries, response) => response.writeHead(tries <= 3 ? 500 : 200).end('ok'),
  '429, Retry-After 3': (tries, response) =>
    tries === 1 ? response.writeHead(429, { 'retry-after': '3' }).end() : response.end('ok'),
  '429, Retry-After 40': (tries, response) =>
    tries === 1 ? response.writeHead(429, { 'retry-after': '40' }).end() : response.end('ok'),
  hang: () => {},
  drip: (_, response) => {
    const timer = setInterval(() => response.socket?.write('H'), 500);
    response.on('close', () => clearInterval(timer));
  },
  reset: (_, response) => response.socket?.resetAndDestroy(),
  '404': (_, response) => response.writeHead(404).end('no_service'),
  '410': (_, response) => response.writeHead(410).end('channel_is_archived'),
};
const HEALTHY = 'healthy';

/** Runs all faults at the same time, one channel each, next to a healthy channel that gets a message every few seconds. */
export async function chaosChannels(db: Database): Promise<boolean> {
  const tries = new Map<string, number[]>();
  const receivers = await Promise.all(
    [...Object.keys(FAULTS), HEALTHY].map(async (name) => {
      const receiver = await receive((_body, response) => {
        const at = [...(tries.get(name) ?? []), Date.now()];
        tries.set(name, at);
        const fault = FAULTS[name];
        if (fault === undefined) response.end('ok');
        else fault(at.length, response);
      });
      return { name, receiver };
    }),
  );
  const channels = receivers.map(({ name, receiver }) => slackTo(name, receiver.url));
  await insertMessages(db, Object.keys(FAULTS));
  const healthyDelays = await deliverInRealTime(db, channels, tries);
  await deliverOnDrivenClock(db, channels);
  for (const { receiver } of receivers) await receiver.close();
  return report(db, tries, healthyDelays);
}

function slackTo(name: string, webhookUrl: string): Channel {
  return slackChannel({ name, webhookUrl, mention: [], allowHosts: ['127.0.0.1'], now: () => Date.now() });
}

let messages = 0;
async function insertMessages(db: Database, channels: readonly string[]): Promise<void> {
  for (const channel of channels) {
    const message: Message = { ...sampleMessage(Date.now(), null), id: `matrix ${++messages}` };
    await insertNotifications(db, systemClock, [{ streamId: 1, incidentId: 5_000 + messages, channel, message }]);
  }
}

/** Delivers every second, as the service does. Returns the delay of each message of the healthy channel. */
async function deliverInRealTime(
  db: Database,
  channels: readonly Channel[],
  tries: Map<string, number[]>,
): Promise<number[]> {
  const { delivery } = openMonitoring(db, systemClock, channels, LEASE_MS);
  const sentAtMs: number[] = [];
  for (const end = Date.now() + REAL_MS; Date.now() < end; ) {
    if (Date.now() - (sentAtMs.at(-1) ?? 0) >= HEALTHY_EVERY_MS) {
      sentAtMs.push(Date.now());
      await insertMessages(db, [HEALTHY]);
    }
    await delivery.wake();
    await delay(SECOND_MS);
  }
  await delivery.stop();
  return sentAtMs.map((at, i) => (tries.get(HEALTHY)?.[i] ?? Number.POSITIVE_INFINITY) - at);
}

/** Delivers the retries of the next hours, on a clock that jumps from one to the next. */
async function deliverOnDrivenClock(db: Database, channels: readonly Channel[]): Promise<void> {
  const clock = new DrivenClock(Date.now());
  const { delivery } = openMonitoring(db, clock, channels, LEASE_MS);
  for (let due = await findNextDue(db); due !== undefined; due = await findNextDue(db)) {
    clock.ms = Math.max(clock.ms + 1, due);
    await delivery.wake();
    await delivery.idle();
  }
}

async function report(
  db: Database,
  tries: ReadonlyMap<string, number[]>,
  healthy: readonly number[],
): Promise<boolean> {
  const rows = await Promise.all(Object.keys(FAULTS).map((name) => rowOf(db, name, tries.get(name) ?? [])));
  const most = Math.max(...healthy) / SECOND_MS;
  printTable([
    ['answer of Slack', 'status', 'attempts', 'first wait', 'last error'],
    ...rows.map(({ cells }) => cells),
  ]);
  printTable([
    ['', 'required', 'measured'],
    [`slowest of ${healthy.length} messages to the healthy channel`, '≤ 2 s', `${most.toFixed(2)} s`],
  ]);
  return rows.every(({ isRight }) => isRight) && most <= 2;
}

async function rowOf(
  db: Database,
  name: string,
  at: readonly number[],
): Promise<{ cells: string[]; isRight: boolean }> {
  const { notifications } = await listNotifications(db, { channel: name, limit: 1 });
  const [row] = notifications;
  const firstWait = at.length > 1 ? ((at[1] ?? 0) - (at[0] ?? 0)) / SECOND_MS : Number.NaN;
  const cells = [
    name,
    row?.status ?? '?',
    String(row?.attempts),
    Number.isNaN(firstWait) ? '' : `${firstWait.toFixed(1)} s`,
  ];
  const retryAfter = Number(/Retry-After (\d+)/.exec(name)?.[1] ?? 0);
  const isRight =
    row?.status === (name.startsWith('500') || name.startsWith('429') ? 'sent' : 'dead') && !(firstWait < retryAfter);
  return { cells: [...cells, row?.lastError ?? ''], isRight };
}
