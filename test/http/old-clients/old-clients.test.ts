import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SIGNAL_STREAM } from '../../../src/core/stream-name.ts';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { runCoherence } from '../../../src/services/coherence/run-coherence.ts';
import { emptiedDatabase, makeTemporaryDirectory } from '../../database.ts';
import { recordsOf } from '../../services/coherence/service.ts';
import { openUpstream } from '../../services/sources/receiver.ts';
import { NOW, openService } from '../service.ts';
import {
  COHERENCE_OF_A_FILE,
  COHERENCE_OF_AN_UPSTREAM,
  COHERENCE_SENTRY,
  COHERENCE_WITHOUT_AN_UPSTREAM,
  DRIFT_MONITOR,
  GUARD_DRIFTS,
  GUARD_IS_QUIET,
  GUARD_SENDS_A_BASELINE,
  type OldRequest,
  SENTINEL,
} from './requests.ts';

/** The rows of the table of docs/old-clients.md, as the requests were answered. */
const answered: string[] = [];

let directory: string;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});
afterAll(() => rm(directory, { recursive: true }));

async function sendAll(app: FastifyInstance, system: string, requests: readonly OldRequest[]): Promise<void> {
  for (const request of requests) answered.push(rowOf(system, request, await send(app, request)));
}

/** @returns what the client reads, by path */
async function send(app: FastifyInstance, request: OldRequest): Promise<Map<string, unknown>> {
  const { method, url, headers = {}, body: payload } = request;
  const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
  const said = `${method} ${url}: ${answer.statusCode} ${answer.body.slice(0, 2_000)}`;
  expect(answer.statusCode, said).toBe(request.status);
  const isJson = String(answer.headers['content-type']).includes('json');
  const body: unknown = isJson ? answer.json() : { text: answer.body };
  const read = new Map<string, unknown>();
  for (const [path, expected] of Object.entries(request.reads)) {
    const value = path.startsWith('header ') ? answer.headers[path.slice('header '.length)] : valueAt(body, path);
    expect(value, `${path} in ${said}`).toEqual(expected);
    read.set(path, value);
  }
  return read;
}

function valueAt(body: unknown, path: string): unknown {
  return path.split('.').reduce((at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key], body);
}

function rowOf(system: string, request: OldRequest, read: ReadonlyMap<string, unknown>): string {
  const sent = [`\`${request.method} ${request.url}\``, request.sends].filter((part) => part !== undefined).join(', ');
  const fields = [...read].map(([path, value]) => fieldOf(path, value, request.reads[path]));
  return `| ${[system, request.client, sent, [String(request.status), ...fields].join(' ')].join(' | ')} |`;
}

/** The value too where it is the same in every run, or the part of it that is. */
function fieldOf(path: string, value: unknown, expected: unknown): string {
  if (JSON.stringify(value) === JSON.stringify(expected)) return `\`${path}: ${JSON.stringify(value)}\``;
  const { sample } = expected as { sample?: unknown };
  return typeof sample === 'string' ? `\`${path}: "…${sample}…"\`` : `\`${path}\``;
}

const records = recordsOf('sensor_A', [87.2, 85.5, 84.9, 86.1, 88.0], NOW - 2 * MINUTE_MS);

it('the senders and the dashboard of Intent Drift Guard go on, beside a baseline of signals', async () => {
  const { app } = openService(await emptiedDatabase());
  const built = (stream: object) =>
    app.inject({ method: 'POST', url: '/v1/baselines', payload: { ...stream, window: '1h' } });
  const signal = { ...SIGNAL_STREAM, ts: NOW - MINUTE_MS, coherenceScore: 85 };
  await app.inject({ method: 'POST', url: '/v1/ingest', payload: [signal] });
  expect((await built(SIGNAL_STREAM)).statusCode).toBe(201);
  await sendAll(app, 'Intent Drift Guard', GUARD_SENDS_A_BASELINE);
  const baseline = await built({ service: 'payments_api', endpoint: 'POST /v2/payments' });
  expect(baseline.statusCode, baseline.body).toBe(201);
  await sendAll(app, 'Intent Drift Guard', GUARD_IS_QUIET);
  await sendAll(app, 'Intent Drift Guard', GUARD_DRIFTS);
});

async function openCoherence(data: object) {
  const path = join(directory, 'signals.json');
  await writeFile(path, JSON.stringify(data));
  return openService(await emptiedDatabase(), { MOCK_PATH: path, ARTIFACTS_DIR: join(directory, 'artifacts') });
}

it('the page and the tests of the Coherence Engine go on with a file', async () => {
  const { app, coherence } = await openCoherence({ data: records, next_page: null });
  await runCoherence(coherence);
  await sendAll(app, 'Coherence Engine', COHERENCE_OF_A_FILE);
});

it('its Drift Sentry reads a PSI of each signal', async () => {
  const scores = Array.from({ length: 61 }, (_, i) => 80 + ((i * 37) % 61) / 10);
  const { app } = await openCoherence({ data: recordsOf('sensor_A', scores, NOW), next_page: null });
  await app.inject('/ingest/run');
  const payload = { ...SIGNAL_STREAM, window: '2h' };
  expect((await app.inject({ method: 'POST', url: '/v1/baselines', payload })).statusCode).toBe(201);
  await sendAll(app, 'Coherence Engine', COHERENCE_SENTRY);
});

it('and with an upstream, or none', async () => {
  const upstream = await openUpstream({ body: { data: records, next_page: null } });
  const live = openService(await emptiedDatabase(), { DARSHAN_MODE: 'live', DARSHAN_BASE_URL: upstream.url });
  await sendAll(live.app, 'Coherence Engine', COHERENCE_OF_AN_UPSTREAM);
  const alone = openService(await emptiedDatabase(), { DARSHAN_MODE: 'live' });
  await sendAll(alone.app, 'Coherence Engine', COHERENCE_WITHOUT_AN_UPSTREAM);
});

it('callers of Sentinel and the health check of Drift Monitor go on', async () => {
  const { app } = openService(await emptiedDatabase());
  await sendAll(app, 'Sentinel', SENTINEL);
  await sendAll(app, 'Drift Monitor', DRIFT_MONITOR);
});

it('docs/old-clients.md has the table of what was sent and answered (npm run old-clients writes it)', async () => {
  const page = join(import.meta.dirname, '../../../docs/old-clients.md');
  const table = ['| system | client | sent | answered |', '|---|---|---|---|', ...answered].join('\n');
  const block = /(<!-- requests -->\n)[\s\S]*?(<!-- end -->)/;
  const text = await readFile(page, 'utf8');
  expect(text).toMatch(block);
  await expect(text.replace(block, (_, start, end) => `${start}${table}\n${end}`)).toMatchFileSnapshot(page);
});
