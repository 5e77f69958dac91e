import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../src/core/time/window.ts';
import { findStream, getOrCreateStream } from '../../src/store/streams.ts';
import { withDatabase } from '../database.ts';
import { buildService, NOW } from './service.ts';

type Name = { service: string; endpoint: string };
type Answer = { status: number; body: { code?: string; detail?: string; errors?: unknown[] } };
type Ask = (method: 'GET' | 'POST' | 'PUT', url: string, body?: object) => Promise<Answer>;

const database = withDatabase();
let app: FastifyInstance;

beforeAll(() => {
  app = buildService(database()).app;
});
afterAll(() => app.close());

const ask: Ask = async (method, url, payload) => {
  const answer = await app.inject({ method, url, headers: { host: 'localhost' }, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.json() };
};

const isStored = async (name: Name) => (await findStream(database(), name.service, name.endpoint)) !== undefined;

const eventsOf = (name: Name) =>
  Array.from({ length: 60 }, (_, i) => ({ ...name, ts: NOW - 5 * MINUTE_MS - i * 1_000, request: { amount: i } }));
const monitorOf = (stream: Name) => ({
  name: [...stream.service].slice(0, 80).join(''),
  stream,
  window: '10m',
  every: '10m',
});
const query = (name: Name) => new URLSearchParams(name).toString();
const span = { from: new Date(NOW - 60 * MINUTE_MS).toISOString(), to: new Date(NOW).toISOString() };
const guardFile = (name: Name) => ({
  ...name,
  created_at: '2026-03-14T10:00:00',
  numeric: { 'request.amount': { sample: Array.from({ length: 60 }, (_, i) => i) } },
});

/** Every way in: what it answers for a new name, for one that is too long, and for a longer one that exists. */
const DOORS: [door: string, ask: (name: Name) => Promise<Answer>, whenNew: number, refusal: string][] = [
  ['ingest', (name) => ask('POST', '/v1/ingest', eventsOf(name)), 200, 'invalid_batch'],
  ['a monitor', (name) => ask('POST', '/v1/monitors', monitorOf(name)), 201, 'invalid_monitor'],
  [
    'a dry run of a monitor',
    (name) => ask('POST', '/v1/monitors?dry_run=true', monitorOf(name)),
    200,
    'invalid_monitor',
  ],
  [
    'a file of monitors',
    (name) => ask('POST', '/v1/monitors/apply', { monitors: [monitorOf(name)] }),
    200,
    'invalid_monitor',
  ],
  ['a file of a baseline', (name) => ask('POST', '/v1/baselines/import', guardFile(name)), 201, 'invalid_baseline'],
  ['a baseline', (name) => ask('POST', '/v1/baselines', { ...name, window: '1h' }), 404, 'invalid_request'],
  ['the list of baselines', (name) => ask('GET', `/v1/baselines?${query(name)}`), 404, 'invalid_request'],
  ['a report', (name) => ask('GET', `/reports/latest?${query(name)}`), 404, 'invalid_request'],
  ['events', (name) => ask('GET', `/v1/events?${query(name)}`), 404, 'invalid_request'],
  ['rebuild', (name) => ask('POST', '/v1/rebuild', { ...name, ...span }), 404, 'invalid_request'],
];

/** A name that no other test has. */
const named = (mark: string, service: number, endpoint: number): Name => ({
  service: mark.padEnd(service, 's'),
  endpoint: 'e'.repeat(endpoint),
});

describe('a name of 200 and 400 characters', () => {
  it.each(DOORS)('is good at %s', async (door, askDoor, whenNew) => {
    const answer = await askDoor(named(door, 200, 400));
    expect(answer.status, JSON.stringify(answer.body)).toBe(whenNew);
    if (whenNew === 404) expect(answer.body.code).toBe('stream_not_found');
  });
});

describe('a longer name', () => {
  it.each(DOORS)('is refused at %s, and no stream is made of it', async (door, askDoor, _new, refusal) => {
    for (const [name, field, limit] of [
      [named(door, 201, 1), 'service', 200],
      [named(door, 1, 401), 'endpoint', 400],
      [named(door, 513, 1), 'service', 200],
    ] as const) {
      const { status, body } = await askDoor(name);
      expect(status).toBe(400);
      if (name.service.length <= 512) expect(body.code).toBe(refusal);
      expect(JSON.stringify(body)).toContain(`is longer than ${limit} characters`);
      expect(JSON.stringify(body.errors)).toContain(field);
      if (name.service.length <= 512) expect(await isStored(name)).toBe(false);
    }
  });
});

describe('a stream whose name is longer, of an earlier version', () => {
  it.each([
    ['of plain letters', named('old', 300, 512)],
    ['of surrogate pairs', { service: '😀'.repeat(512), endpoint: '😀'.repeat(401) }],
  ])('goes on at every door: %s', async (_, name) => {
    await getOrCreateStream(database(), name.service, name.endpoint);
    for (const [door, askDoor] of DOORS) {
      const { status, body } = await askDoor(name);
      expect(status, `${door}: ${JSON.stringify(body)}`).toBeLessThan(300);
    }
    const changed = { ...monitorOf(name), window: '20m' };
    expect((await ask('PUT', `/v1/monitors/${encodeURIComponent(changed.name)}`, changed)).status).toBe(200);
  });
});
