import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type RunningApp, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/time/clock.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time/window.ts';
import { createApiKey } from '../../src/store/api-key.ts';
import { urlOf } from '../database.ts';
import { isolate } from './isolated.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Runs the commands of docs/operations.md that begin with a program, as they stand there. */
function runDocumented(program: string, env: Readonly<Record<string, string>>): void {
  const fences = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code]) => code ?? '');
  const [code, ...others] = fences.filter((fence) => fence.startsWith(program));
  expect(others, `one block of docs/operations.md begins with ${program}`).toEqual([]);
  execFileSync('bash', ['-euc', code ?? 'false'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const STREAM = { service: 'shop', endpoint: 'POST /pay' };
const QUERY = new URLSearchParams(STREAM).toString();
/** Two whole hours that are over: the reference, and a window that has drifted. */
const END_MS = Math.floor(systemClock.now() / HOUR_MS) * HOUR_MS;
const START_MS = END_MS - 2 * HOUR_MS;
const time = (ms: number) => new Date(ms).toISOString();

interface Client {
  call(method: string, path: string, body?: unknown): Promise<unknown>;
}

function clientOf(app: RunningApp, key: string): Client {
  return {
    call: async (method, path, body) => {
      const answer = await fetch(app.url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      expect(answer.status, `${method} ${path} ${text}`).toBeLessThan(300);
      return JSON.parse(text);
    },
  };
}

/** Events of two hours, a baseline of the first, a monitor, a run of it, an incident with a note, and a report of the second. */
async function fill(client: Client): Promise<void> {
  const events = Array.from({ length: 2_400 }, (_, i) => ({
    ts: START_MS + i * 3_000,
    id: `pay-${i}`,
    ...STREAM,
    request: { body: { amount: (i < 1_200 ? 100 : 220) + ((i * 37) % 100), currency: i % 3 === 0 ? 'EUR' : 'USD' } },
    response: { status: 200, duration_ms: 50 + ((i * 17) % 40) },
  }));
  await client.call('POST', '/v1/ingest', events);
  const half = { start: time(START_MS), end: time(START_MS + HOUR_MS) };
  await client.call('POST', '/v1/baselines', { ...STREAM, name: 'pay', ...half });
  await client.call('POST', '/v1/monitors', { name: 'pay', stream: STREAM, window: '1h', every: '1h' });
  await client.call('POST', '/v1/monitors/pay/run');
  // Nothing is to happen between the two looks.
  await client.call('POST', '/v1/monitors/pay/pause');
  await client.call('POST', '/v1/incidents/1/annotate', { note: 'rolled back', by: 'anna' });
}

const report = () => `/reports/latest?${QUERY}&start=${time(END_MS - HOUR_MS)}&end=${time(END_MS)}`;

/** Everything that a user sees of it. */
async function seen(client: Client): Promise<Record<string, unknown>> {
  const paths = [
    report(),
    '/v1/streams',
    `/v1/events?${QUERY}&limit=10000`,
    '/v1/baselines',
    '/v1/baselines/1/download',
    '/v1/monitors',
    '/v1/monitors/pay/runs',
    '/v1/incidents',
    '/v1/incidents/1',
    '/v1/incidents/1/reports',
    '/v1/reports?stream=1',
    '/v1/keys',
  ];
  const answers: Record<string, unknown> = {};
  for (const path of paths) answers[path] = await client.call('GET', path);
  return answers;
}

it('a restored backup gives the same reports, events, baselines, monitors, incidents and keys', async () => {
  const place = await isolate();
  const env: Record<string, string> = { ...place.env, DEFAULT_MONITOR: 'off' };
  const original = await startApp(readConfig(env), systemClock);
  const { key } = (await clientOf(original, createApiKey()).call('POST', '/v1/keys', {
    scope: 'admin',
    name: 'ops',
  })) as { key: string };
  const client = clientOf(original, key);
  await fill(client);
  const before = await seen(client);

  const backup = `${place.directory}/backup`;
  const restoredEnv: Record<string, string> = { ...env, BASELINES_DIR: `${place.directory}/restored/baselines` };
  if (place.databaseUrl === undefined) {
    await original.stop();
    const directories = { DATA_DIR: env.DATA_DIR ?? '', RESTORED_DIR: `${place.directory}/restored` };
    runDocumented('tar --create', { ...directories, BACKUP: backup });
    runDocumented('mkdir', { ...directories, BACKUP: backup });
    restoredEnv.DATA_DIR = directories.RESTORED_DIR;
  } else {
    const name = `${new URL(place.databaseUrl).pathname.slice(1)}_restored`;
    const urls = { DATABASE_URL: place.databaseUrl, RESTORED_NAME: name, RESTORED_URL: urlOf(place.databaseUrl, name) };
    runDocumented('pg_dump', { ...urls, BACKUP: backup });
    // What comes after the backup is not in it.
    await client.call('POST', '/v1/ingest', [{ ts: END_MS - MINUTE_MS, ...STREAM, request: { body: { amount: 1 } } }]);
    await original.stop();
    runDocumented('createdb', { ...urls, BACKUP: backup });
    restoredEnv.DATABASE_URL = urls.RESTORED_URL;
  }

  const restored = await startApp(readConfig(restoredEnv), systemClock);
  const after = await seen(clientOf(restored, key));
  expect(before[report()]).toMatchObject({ status: 'fail', generated_at: expect.any(String) });
  expect(after).toEqual({
    ...before,
    [report()]: { ...(before[report()] as object), generated_at: expect.any(String) },
  });
  // What was stored before the backup is known to have been.
  const again = await clientOf(restored, key).call('POST', '/v1/ingest', [{ ts: START_MS, id: 'pay-0', ...STREAM }]);
  expect(again).toMatchObject({ accepted: 0, duplicates: 1 });
  await restored.stop();
  await place.remove();
});
