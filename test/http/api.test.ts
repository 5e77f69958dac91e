import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRng } from '../../src/core/stats/rng.ts';
import { MINUTE_MS } from '../../src/core/time/window.ts';
import { makeTemporaryDirectory, withDatabase } from '../database.ts';
import { NOW, openService, type Service } from './service.ts';

const database = withDatabase();
let directory: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});
afterAll(() => rm(directory, { recursive: true }));

function open(): Service {
  return openService(database(), { BASELINES_DIR: directory });
}

interface Stream {
  readonly service: string;
  readonly endpoint: string;
}

function newStream(): Stream {
  return { service: `payments-${randomUUID()}`, endpoint: 'POST /v2/payments' };
}

/** Events of the ten minutes before a moment; the amount is around `mean`. */
function eventsOf(stream: Stream, count: number, untilMs: number, mean: number): object[] {
  const rng = seededRng(`${stream.service} ${untilMs}`);
  return Array.from({ length: count }, (_, i) => ({
    ts: new Date(untilMs - 10 * MINUTE_MS + Math.floor((i * 10 * MINUTE_MS) / count)).toISOString(),
    ...stream,
    request: {
      body: { amount: mean + 40 * (rng.next() + rng.next() - 1), currency: rng.next() < 0.6 ? 'USD' : 'CAD' },
    },
    response: { status: 200, duration_ms: 700 + 200 * rng.next() },
  }));
}

async function send(app: FastifyInstance, events: readonly object[]): Promise<void> {
  const answer = await app.inject({ method: 'POST', url: '/v1/ingest', payload: events as object[] });
  expect(answer.json()).toMatchObject({ accepted: events.length, rejected: 0 });
}

/** A stream with 400 events in the ten minutes before now. */
async function openStream() {
  const stream = newStream();
  const service = open();
  const events = eventsOf(stream, 400, NOW, 100);
  await send(service.app, events);
  return { ...service, stream, events };
}

const build = (app: FastifyInstance, body: object) =>
  app.inject({ method: 'POST', url: '/v1/baselines', payload: body });

describe('the main job', () => {
  it('goes from a batch over a baseline to a report that fails when production has changed', async () => {
    const { app, clock, stream } = await openStream();
    const built = await build(app, { ...stream, window: '30m', name: `main-${randomUUID()}` });
    expect(built.statusCode, built.body).toBe(201);
    expect(built.json()).toMatchObject({ ...stream, samples: 400, warnings: [], active: true });

    const same = await app.inject({ url: '/reports/latest', query: { ...stream, window_minutes: '30' } });
    expect(same.json()).toMatchObject({
      status: 'ok',
      samples: 400,
      window_minutes: 30,
      baseline: { id: built.json().id },
    });

    clock.ms += 60 * MINUTE_MS;
    await send(app, eventsOf(stream, 400, clock.ms, 160));
    const shifted = await app.inject({ url: '/reports/latest', query: { ...stream, window_minutes: '30' } });
    const report = shifted.json();
    expect(report).toMatchObject({ status: 'fail', samples: 400, policy: 'calibrated', state: 'drift' });
    expect(report.checks.amount_ks).toMatchObject({ ok: false, verdict: 'drift', live_n: 400 });
    expect(report.checks.currency_psi.live_counts.USD).toBeGreaterThan(100);
    expect(report.checks.success_rate).toMatchObject({ ok: true, success_rate: 1, total: 400 });

    const before = { ...stream, start: new Date(NOW - 30 * MINUTE_MS).toISOString(), end: new Date(NOW).toISOString() };
    const past = await app.inject({ url: '/reports/latest', query: { ...before, policy: 'classic' } });
    expect(past.json()).toMatchObject({ status: 'ok', samples: 400, policy: 'classic' });
  });

  it('answers with tests, presets and rules of the asker’s own, and stores none of it', async () => {
    const { app, clock, stream } = await openStream();
    await build(app, { ...stream, window: '30m', name: `choice-${randomUUID()}` });
    clock.ms += 60 * MINUTE_MS;
    await send(app, eventsOf(stream, 400, clock.ms, 160));
    const ask = async (query: Record<string, string>) =>
      (await app.inject({ url: '/reports/latest', query: { ...stream, ...query } })).json();
    const { streams } = (await app.inject('/v1/streams')).json();
    const { id } = streams.find(({ service }: { service: string }) => service === stream.service);
    const stored = async () =>
      (await app.inject({ url: '/v1/reports', query: { stream: `${id}` } })).json().reports.length;
    await ask({});
    const before = await stored();

    expect(Object.keys((await ask({ tests: 'auto' })).checks)).toEqual(
      expect.arrayContaining(['amount_ks', 'amount_psi', 'currency_psi', 'currency_unseen']),
    );
    expect((await ask({ tests: 'cvm, welch' })).checks.amount_cvm).toMatchObject({ ok: false, verdict: 'drift' });
    expect(await ask({ aggregate: 'share', drift_share: '1' })).toMatchObject({ status: 'ok', state: 'ok' });
    const sentinel = await ask({ preset: 'sentinel' });
    expect(sentinel).toMatchObject({ status: 'fail', preset: 'sentinel', policy: 'classic' });
    expect(sentinel.checks.amount_psi).toMatchObject({ value: expect.any(Number), floor: 0.25 });
    expect(await stored()).toBe(before);
    expect(await ask({ tests: 'nonsense' })).toMatchObject({ status: 400, detail: expect.stringContaining('tests') });
    expect(await ask({ drift_share: 'x' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('drift_share'),
    });
  });

  it('says which command to run when there is no baseline', async () => {
    const { app, stream } = await openStream();
    const answer = await app.inject({ url: '/reports/latest', query: { ...stream } });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'baseline_not_found']);
    expect(answer.json().detail).toContain(`plumbline baseline build --service "${stream.service}"`);
  });

  it('tells an empty window from a bad one', async () => {
    const { app, clock, stream } = await openStream();
    await build(app, { ...stream, window: 3_600 });
    clock.ms += 24 * 60 * MINUTE_MS;
    const answer = await app.inject({ url: '/reports/latest', query: { ...stream, window_minutes: '5' } });
    expect(answer.json()).toMatchObject({ status: 'ok', samples: 0, state: 'no_data' });
  });

  it('answers HEAD', async () => {
    const { app, stream } = await openStream();
    await build(app, stream);
    const answer = await app.inject({ method: 'HEAD', url: '/reports/latest', query: { ...stream } });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });
});

describe('GET /v1/events', () => {
  it('gives the events as they were sent, page by page', async () => {
    const { app, stream, events } = await openStream();
    const found: object[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const query = { ...stream, limit: '150', ...(cursor !== undefined && { cursor }) };
      const page = (await app.inject({ url: '/v1/events', query })).json<{ events: object[]; next: string | null }>();
      found.push(...page.events);
      cursor = page.next;
    }
    expect(found).toEqual(events);
  });

  it('keeps numbers, order of keys and escapes to the letter', async () => {
    const { app } = open();
    const { service, endpoint } = newStream();
    const ts = new Date(NOW).toISOString();
    const sent = `{"z":1.0,"ts":"${ts}","service":"${service}","endpoint":"${endpoint}","big":12345678901234567890,"e":1e2,"t":"\\u00e9"}`;
    const headers = { 'content-type': 'application/json' };
    await app.inject({ method: 'POST', url: '/v1/ingest', headers, payload: `[${sent}]` });
    const answer = await app.inject({ url: '/v1/events', query: { service, endpoint } });
    expect(answer.body).toBe(`{"events":[${sent}],"next":null}`);
  });

  it('comes as NDJSON, with the next page as a link', async () => {
    const { app, stream, events } = await openStream();
    const headers = { accept: 'application/x-ndjson' };
    const answer = await app.inject({ url: '/v1/events', query: { ...stream, limit: '3' }, headers });
    expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/);
    expect(answer.body.endsWith('}\n')).toBe(true);
    expect(
      answer.body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events.slice(0, 3));
    const [, url = ''] = /^<(.+)>; rel="next"$/.exec(String(answer.headers.link)) ?? [];
    const second = await app.inject({ url, headers });
    expect(JSON.parse(second.body.split('\n')[0] ?? '')).toEqual(events[3]);
  });

  it('keeps to its window, and to types that it has', async () => {
    const { app, stream, events } = await openStream();
    const from = (events[100] as { ts: string }).ts;
    const to = (events[110] as { ts: string }).ts;
    const page = await app.inject({ url: '/v1/events', query: { ...stream, from, to } });
    expect(page.json()).toEqual({ events: events.slice(100, 110), next: null });
    const csv = await app.inject({ url: '/v1/events', query: { ...stream }, headers: { accept: 'text/csv' } });
    expect([csv.statusCode, csv.json().code]).toEqual([406, 'not_acceptable']);
  });
});

describe('GET /v1/streams', () => {
  it('tells each stream, its features, last event and active baseline', async () => {
    const { app, stream } = await openStream();
    const { id, name } = (await build(app, stream)).json();
    const listed = (await app.inject('/v1/streams?limit=1000')).json().streams;
    expect(listed.find(({ service }: Stream) => service === stream.service)).toMatchObject({
      ...stream,
      last_event: new Date(NOW - 1_500).toISOString(),
      features: 4,
      active_baseline: { id, name },
    });
  });

  it('comes in pages', async () => {
    const { app } = open();
    for (const stream of [newStream(), newStream()]) await send(app, eventsOf(stream, 1, NOW, 100));
    const first = (await app.inject('/v1/streams?limit=1')).json();
    const second = (await app.inject(`/v1/streams?limit=1&cursor=${first.next}`)).json();
    expect(second.streams[0].id).toBeGreaterThan(first.streams[0].id);
    expect(first.streams[0].active_baseline === null || first.streams[0].active_baseline.id > 0).toBe(true);
  });
});

describe('baselines', () => {
  it('are listed, found by id and name, activated and deleted', async () => {
    const { app, stream } = await openStream();
    const name = `week-${randomUUID()}`;
    const first = (await build(app, { ...stream, name, slo: { success_rate_min: 0.9 } })).json();
    const second = (await build(app, { ...stream, name: `${name}-2`, activate: false })).json();

    const listed = (await app.inject({ url: '/v1/baselines', query: { ...stream } })).json();
    expect(listed.baselines.map(({ id, active }: { id: number; active: boolean }) => [id, active])).toEqual([
      [second.id, false],
      [first.id, true],
    ]);
    const active = (await app.inject({ url: '/v1/baselines', query: { ...stream, active: 'true' } })).json();
    expect(active.baselines).toMatchObject([{ id: first.id, slo: { success_rate_min: 0.9 }, source: 'events' }]);

    const [byId, byName] = [await app.inject(`/v1/baselines/${first.id}`), await app.inject(`/v1/baselines/${name}`)];
    expect(byId.json()).toEqual(byName.json());
    expect(byId.json()).toMatchObject({ ...stream, name, samples: 400, active: true });
    expect(byId.json().features.map(({ path }: { path: string }) => path)).toContain('request.body.amount');

    const activated = await app.inject({ method: 'POST', url: `/v1/baselines/${second.id}/activate` });
    expect(activated.json()).toMatchObject({ id: second.id, active: true });
    expect((await app.inject(`/v1/baselines/${first.id}`)).json().active).toBe(false);

    const remove = () => app.inject({ method: 'DELETE', url: `/v1/baselines/${first.id}` });
    expect((await remove()).statusCode).toBe(204);
    expect([(await remove()).statusCode, (await remove()).json().code]).toEqual([404, 'baseline_not_found']);
  });

  it('are written to a file, and the download loads again, here under another name', async () => {
    const { app, stream } = await openStream();
    const name = `copy-${randomUUID()}`;
    const { features } = (await build(app, { ...stream, name })).json();
    expect(await readdir(directory)).toContain(`${name}.json`);
    const file = await app.inject(`/v1/baselines/${name}/download`);
    expect(file.headers['content-disposition']).toBe(`attachment; filename="${name}.json"`);
    const load = (query: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/v1/baselines/import', query, payload: file.json() });
    expect((await load({})).json()).toMatchObject({ status: 409, code: 'conflict' });
    const loaded = await load({ name: `${name}-again`, activate: 'false' });
    expect(loaded.statusCode, loaded.body).toBe(201);
    expect(loaded.json()).toMatchObject({ ...stream, samples: 400, features, active: false });
  });

  it('of the Intent Drift Monitor & Guard load', async () => {
    const { app } = open();
    const stream = newStream();
    const sample = Array.from({ length: 100 }, (_, i) => 80 + (i % 41));
    const payload = {
      created_at: '2025-01-01T00:00:00',
      ...stream,
      samples: 100,
      numeric: {
        amount: { n: 100, mean: 100, std: 12, min: 80, max: 120, sample },
        latency_ms: { n: 100, p95: 900, sample },
      },
      categorical: { currency: { USD: 60, CAD: 40 }, status_buckets: { '2xx': 100 } },
      slo: { success_rate_min: 0.995, latency_p95_max: 2_000 },
    };
    const loaded = await app.inject({ method: 'POST', url: '/v1/baselines/import', payload });
    expect(loaded.statusCode, loaded.body).toBe(201);
    await send(app, eventsOf(stream, 200, NOW, 100));
    const report = (await app.inject({ url: '/reports/latest', query: { ...stream } })).json();
    expect(Object.keys(report.checks)).toEqual(
      expect.arrayContaining(['amount_ks', 'currency_psi', 'success_rate', 'latency_p95']),
    );
  });

  it.each([
    [{ window: '30 fortnights' }, 400, 'invalid_window', 'use 30m, 1h'],
    [{ window: 0 }, 400, 'invalid_window', 'use 30m, 1h'],
    [{ window: 1.5 }, 400, 'invalid_window', 'use 30m, 1h'],
    [{ window: null }, 400, 'invalid_request', 'window'],
    [{ window: '30m', start: '2026-01-01T00:00:00Z' }, 400, 'invalid_window', 'not both'],
    [{ end: '2026-01-01T00:00:00Z' }, 400, 'invalid_window', 'start'],
    [{ start: '2026-01-01T00:00:00' }, 400, 'invalid_window', 'zone'],
    [{ start: '2030-01-01T00:00:00Z' }, 400, 'invalid_window', 'before end'],
    [{ start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' }, 422, 'no_events', 'has no events'],
    [{ name: '../../etc/passwd' }, 400, 'invalid_baseline', 'not a valid baseline name'],
    [{ name: 'x'.repeat(129) }, 400, 'invalid_request', 'longer than 128'],
    [{ slo: { success_rate_min: 99.5 } }, 400, 'invalid_request', 'slo.success_rate_min'],
    [{ slo: { latency_p95_max: '2000' } }, 400, 'invalid_request', 'slo.latency_p95_max'],
    [{ activate: 'yes' }, 400, 'invalid_request', 'activate'],
    [
      { exclude: [{ start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' }] },
      400,
      'invalid_window',
      'start must be before',
    ],
    [{ service: 'nobody' }, 404, 'stream_not_found', 'nobody'],
    [{ endpoint: undefined }, 400, 'invalid_request', 'endpoint'],
  ])('cannot be built from %j: %i %s', async (body, status, code, detail) => {
    const { app, stream } = await openStream();
    const answer = await build(app, { ...stream, ...body });
    expect(answer.json()).toMatchObject({ status, code, detail: expect.stringContaining(detail) });
  });
});

describe('stored reports', () => {
  it('are listed as they were sent, newest first, page by page', async () => {
    const { app, clock, stream } = await openStream();
    await build(app, stream);
    const sent: string[] = [];
    for (let i = 0; i < 3; i++) {
      clock.ms += MINUTE_MS;
      sent.unshift((await app.inject({ url: '/reports/latest', query: { ...stream } })).body);
    }
    const { streams } = (await app.inject('/v1/streams?limit=1000')).json();
    const { id } = streams.find(({ service }: Stream) => service === stream.service);
    const first = (await app.inject(`/v1/reports?stream=${id}&limit=2`)).json();
    const second = (await app.inject(`/v1/reports?stream=${id}&limit=2&cursor=${first.next}`)).json();
    expect([...first.reports, ...second.reports]).toEqual(sent.map((body) => JSON.parse(body)));
    expect(second.next).toBeNull();
    const from = new Date(clock.ms + 60 * MINUTE_MS).toISOString();
    expect((await app.inject(`/v1/reports?stream=${id}&from=${from}`)).json()).toEqual({ reports: [], next: null });
  });
});

describe('POST /v1/rebuild', () => {
  it('recreates profiles, and the report stays as it was', async () => {
    const { app, stream } = await openStream();
    await build(app, stream);
    const report = async () => (await app.inject({ url: '/reports/latest', query: { ...stream } })).json();
    const before = await report();
    const body = { ...stream, from: new Date(NOW - 60 * MINUTE_MS).toISOString(), to: new Date(NOW).toISOString() };
    const answer = await app.inject({ method: 'POST', url: '/v1/rebuild', payload: body });
    expect(answer.json()).toEqual({ minutes: 11, events: 400 });
    expect(await report()).toEqual(before);
  });
});

describe('anything that a client may send', () => {
  const TEXTS = [
    "'; drop table streams; --",
    '%00',
    '%ff',
    '%ED%A0%80',
    '../../etc',
    '__proto__',
    'constructor',
    '[object Object]',
    '🦀',
    '1e999',
    '-0',
  ];
  const CURSORS = ['x', '9007199254740991', '9007199254740991.1', '1.9007199254740991', '-1.1', '1.1.1', 'NaN.NaN'];
  const FIELDS = [
    'service',
    'endpoint',
    'baseline',
    'policy',
    'window_minutes',
    'start',
    'end',
    'from',
    'to',
    'limit',
    'cursor',
    'stream',
    'active',
  ];
  const PATHS = [
    '/reports/latest',
    '/v1/reports',
    '/v1/streams',
    '/v1/events',
    '/v1/baselines',
    '/v1/keys',
    '/metrics',
    '/health',
  ];

  const urls = [
    ...PATHS.flatMap((path) => FIELDS.flatMap((field) => TEXTS.map((text) => `${path}?${field}=${text}`))),
    ...PATHS.flatMap((path) =>
      CURSORS.map(
        (cursor) => `${path}?service=s&endpoint=e&stream=1&cursor=${Buffer.from(cursor).toString('base64url')}`,
      ),
    ),
    ...TEXTS.flatMap((text) => [`/v1/baselines/${text}`, `/v1/baselines/${text}/download`, `/v1/keys/${text}`]),
    '/reports/latest?service[]=a&service[$ne]=b',
    `/reports/latest?${'a=1&'.repeat(2_000)}`,
    '/v1/events?service=s&endpoint=e&from=9999-12-31T23:59:59.999Z&to=9999-12-31T23:59:60Z',
    '/reports/latest?service=s&endpoint=e&start=1970-01-01T00:00:00Z&end=9999-12-31T23:59:59Z',
  ];

  it('in a URL is answered below 500', async () => {
    const { app, stream } = await openStream();
    await build(app, stream);
    for (const url of urls) {
      const real = url.replace('service=s&endpoint=e', String(new URLSearchParams({ ...stream })));
      const { statusCode, body } = await app.inject(real);
      expect(statusCode, `${real} → ${body}`).toBeLessThan(500);
    }
  });

  const VALUES: unknown[] = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    ' ',
    'x\0y',
    '\ud800',
    'x'.repeat(10_000),
    [],
    [[]],
    {},
    { $ne: 1 },
    ['a', 'b'],
  ];
  const BODIES = [
    ['/v1/baselines', ['service', 'endpoint', 'window', 'start', 'end', 'name', 'slo', 'activate', 'exclude']],
    [
      '/v1/baselines/import',
      ['format', 'name', 'service', 'endpoint', 'profile', 'numeric', 'categorical', 'slo', 'created_at', 'samples'],
    ],
    ['/v1/keys', ['name', 'scope']],
    ['/v1/rebuild', ['service', 'endpoint', 'from', 'to']],
  ] as const;

  it.each(BODIES)('in a body of %s is answered below 500', async (url, fields) => {
    const { app, stream } = await openStream();
    const good = {
      ...stream,
      created_at: '2026-01-01T00:00:00Z',
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-02T00:00:00Z',
    };
    const bodies = [...VALUES, ...fields.flatMap((field) => VALUES.map((value) => ({ ...good, [field]: value })))];
    const headers = { 'content-type': 'application/json' };
    for (const body of bodies) {
      const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
      expect(answer.statusCode, `${JSON.stringify(body)} → ${answer.body}`).toBeLessThan(500);
      if (answer.statusCode >= 400) expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it.each([
    ['deep', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['deep in a known field', `{"service":"s","endpoint":"e","slo":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
    ['many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])))],
    ['gzip', gzipSync('{}')],
  ])('%s is refused, not suffered', async (_name, payload) => {
    const { app } = open();
    for (const [url] of BODIES) {
      const headers = { 'content-type': 'application/json' };
      const answer = await app.inject({ method: 'POST', url, headers, payload });
      expect([400, 404], url).toContain(answer.statusCode);
    }
  });
});
