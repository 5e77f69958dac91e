import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DrivenClock } from '../../src/core/time/clock.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/core/time/window.ts';
import { sampleMessage } from '../../src/services/notify/sample-message.ts';
import type { Database } from '../../src/store/database.ts';
import { insertNotifications } from '../../src/store/notifications.ts';
import { printTable } from '../bench/figures.ts';
import type { BenchDatabase } from '../bench/postgres.ts';
import { receive } from './receiver.ts';

const START = Date.UTC(2026, 7, 1);
const KILLS = 20;
const MESSAGES = 10;
const LEASE_MS = 30 * SECOND_MS;

/** Kills the delivering process 20 times, after the receiver accepted a message and before this is recorded. */
export async function chaosUnrecorded(db: Database, database: BenchDatabase): Promise<boolean> {
  const bodies = new Map<string, string[]>();
  const hook = await receive((body, response, request) => {
    const id = String(request.headers['webhook-id']);
    const { data } = JSON.parse(body) as { data: unknown };
    bodies.set(id, [...(bodies.get(id) ?? []), JSON.stringify(data)]);
    response.end('ok');
  });
  const ids = Array.from({ length: MESSAGES }, (_, i) => `message ${i}`);
  const base = { streamId: 1, channel: 'hook' };
  const inserts = ids.map((id, i) => ({
    ...base,
    incidentId: 1_000 + i,
    message: { ...sampleMessage(START, null), id },
  }));
  await insertNotifications(db, new DrivenClock(START), inserts);
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = start(database, hook.url, START + kill * MINUTE_MS, 'yes');
    await once(child, 'exit');
  }
  const last = start(database, hook.url, START + (KILLS + 1) * MINUTE_MS, 'no');
  const left = async () =>
    (
      await database.query<{ n: number }>(
        `select count(*)::int as n from notifications where channel = 'hook' and status <> 'sent' and incident_id >= 1000`,
      )
    )[0]?.n ?? -1;
  for (let i = 0; i < 300 && (await left()) > 0; i++) await delay(100);
  last.kill('SIGKILL');
  await once(last, 'exit');
  await hook.close();
  const lost = ids.filter((id) => !bodies.has(id)).length;
  const repeats = [...bodies.values()].reduce((sum, list) => sum + list.length - 1, 0);
  const different = [...bodies.values()].filter((list) => new Set(list).size > 1).length;
  printTable([
    [`kill -9 between sent and recorded, ${KILLS} times, ${MESSAGES} messages`, 'required', 'measured'],
    ['messages lost', '0', String(lost)],
    ['messages not sent at the end', '0', String(await left())],
    ['repeated messages, with the same id', '', String(repeats)],
    ['ids with different content, or unknown ids', '0', String(different + (bodies.size - (MESSAGES - lost)))],
  ]);
  return lost === 0 && different === 0 && bodies.size === MESSAGES && (await left()) === 0;
}

function start(database: BenchDatabase, hook: string, startMs: number, die: 'yes' | 'no') {
  return spawn(process.execPath, ['--import', 'tsx', 'scripts/chaos/replica.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      CHAOS_START: String(startMs),
      CHAOS_BASE: String(Date.now()),
      CHAOS_SPEED: '1',
      CHAOS_HOOK: hook,
      CHAOS_LEASE: String(LEASE_MS),
      CHAOS_DIE: die,
    },
  });
}
