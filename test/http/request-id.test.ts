import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { DatabaseUnavailable } from '../../src/store/database.ts';
import { emptyDatabase, openService, stubDatabase } from './service.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY = `pl_${'k'.repeat(32)}`;

const open = () => openService(emptyDatabase, { AUTH: 'off' });
const failing = (error: Error) =>
  openService(
    stubDatabase(() => Promise.reject(error)),
    { AUTH: 'off' },
  );

describe('a request id', () => {
  it.each([
    'a',
    '0af7651916cd43dd8448eb211c80319c',
    'Root=1-67891233-abcdef012345678912345678',
    'edge/7:42@fra,1',
    'x'.repeat(128),
  ])('%s of the sender is taken', async (id) => {
    const answer = await open().app.inject({ url: '/livez', headers: { 'x-request-id': id } });
    expect(answer.headers['x-request-id']).toBe(id);
  });

  it.each(['', ' ', 'a b', 'x'.repeat(129), '<script>', 'a"b', 'é', '{}', 'a\tb', '$(id)', KEY, `trace-${KEY}`])(
    '%j of the sender is replaced',
    async (id) => {
      const { app, logged } = open();
      const answer = await app.inject({ url: '/livez', headers: { 'x-request-id': id } });
      expect(answer.headers['x-request-id']).toMatch(UUID);
      expect(JSON.parse(logged.at(-1) ?? '').request_id).toBe(answer.headers['x-request-id']);
    },
  );

  it('is new for each request that has none', async () => {
    const { app } = open();
    const ids = await Promise.all([1, 2, 3].map(async () => (await app.inject('/livez')).headers['x-request-id']));
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['GET', '/health', 200],
    ['HEAD', '/livez', 200],
    ['OPTIONS', '/v1/ingest', 204],
    ['GET', '/', 200],
    ['GET', '/metrics', 200],
    ['GET', '/openapi.json', 200],
    ['GET', '/docs/static/swagger-ui.css', 200],
    ['GET', '/nothing', 404],
    ['PUT', '/v1/ingest', 405],
    ['POST', '/v1/ingest', 400],
    ['GET', '/v1/baselines/%zz', 400],
    ['GET', `/v1/baselines/${'x'.repeat(1_001)}`, 404],
  ] as const)('is on the answer to %s %s: %i', async (method, url, status) => {
    const headers = {
      'x-request-id': 'id-1',
      origin: 'http://localhost:5173',
      'access-control-request-method': 'POST',
    };
    const answer = await open().app.inject({ method, url, headers });
    expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([status, 'id-1']);
  });

  it('can be read by pages of CORS_ORIGINS', async () => {
    const answer = await open().app.inject({ url: '/livez', headers: { origin: 'http://localhost:5173' } });
    expect(answer.headers['access-control-expose-headers']).toContain('X-Request-Id');
  });

  it.each([
    [new Error('broken'), 500],
    [new DatabaseUnavailable('gone'), 503],
  ])('is in the body of a 5xx and on each line that the log has of it', async (error, status) => {
    const { app, logged } = failing(error);
    const answer = await app.inject({ url: '/v1/streams', headers: { 'x-request-id': 'id-1' } });
    expect([answer.statusCode, answer.json().request_id]).toEqual([status, 'id-1']);
    const lines = logged.map((line) => JSON.parse(line)).filter(({ msg }) => /request|answered/.test(msg));
    expect(lines.map(({ msg }) => msg)).toEqual(status === 500 ? ['request failed', 'answered'] : ['answered']);
    expect(lines.map((line) => line.request_id)).toEqual(lines.map(() => 'id-1'));
  });

  it('is in no body below 500', async () => {
    expect((await open().app.inject('/nothing')).json()).not.toHaveProperty('request_id');
  });

  it.each([
    ['without a Host', 'GET /v1/streams HTTP/1.1\r\n', 400],
    ['without a Host, as HTTP/1.0', 'GET /livez HTTP/1.0\r\n', 200],
    ['with an expectation that nobody knows', 'GET /livez HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\n', 200],
  ])('is on the answer to a request %s', async (_what, head, status) => {
    const { app, logged } = open();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.write(`${head}X-Request-Id: id-1\r\nConnection: close\r\n\r\n`);
    await once(socket, 'close');
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nx-request-id: id-1\r\n`));
    expect(JSON.parse(logged.at(-1) ?? '')).toMatchObject({ request_id: 'id-1', status });
  });

  it('is on the refusal of what is no HTTP, and in the log', async () => {
    const { app, logged } = open();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.write('GARBAGE\r\n\r\n');
    await once(socket, 'close');
    const id = /^X-Request-Id: (.*)\r$/m.exec(received)?.[1];
    expect(id).toMatch(UUID);
    expect(JSON.parse(logged.at(-1) ?? '')).toMatchObject({ request_id: id, status: 400, code: 'invalid_request' });
  });
});

describe('the access log', () => {
  const lines = (logged: readonly string[]) => logged.map((line) => JSON.parse(line));

  it('has method, route, status, duration, bytes and request id of every answer', async () => {
    const { app, logged } = open();
    const answer = await app.inject({ url: '/v1/monitors/payments?key=hidden', headers: { 'x-request-id': 'id-1' } });
    expect(lines(logged)).toEqual([
      {
        level: 'debug',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
        request_id: 'id-1',
        method: 'GET',
        route: '/v1/monitors/:monitor',
        status: 400,
        duration_ms: expect.any(Number),
        bytes: answer.rawPayload.length,
        msg: 'answered',
      },
    ]);
  });

  it.each([
    ['GET', '/nothing', '/nothing'],
    ['GET', `/v1/streams/${KEY}/x?token=hidden`, '/v1/streams/pl_…/x'],
    ['PUT', '/v1/ingest', '/v1/ingest'],
    ['GET', '/v1/baselines/%zz?x=hidden', '/v1/baselines/%zz'],
  ] as const)('shows the path where no route has it: %s %s', async (method, url, path) => {
    const { app, logged } = open();
    const { statusCode: status } = await app.inject({ method, url });
    expect(lines(logged)).toMatchObject([{ method, path, status }]);
    expect(logged.join('')).not.toMatch(/hidden|kkk/);
  });

  it('counts no bytes for an answer without a body', async () => {
    const { app, logged } = open();
    await app.inject({ method: 'HEAD', url: '/livez' });
    await app.inject('/livez');
    expect(lines(logged).map(({ bytes }) => bytes)).toEqual([0, '{"status":"alive"}'.length]);
  });

  it('is silent at info, but for a 5xx', async () => {
    const { app, logged } = openService(
      stubDatabase(() => Promise.reject(new DatabaseUnavailable('gone'))),
      { AUTH: 'off', LOG_LEVEL: 'info' },
    );
    await app.inject('/livez');
    await app.inject('/v1/streams');
    expect(lines(logged).map(({ msg, route, status }) => [msg, route, status])).toEqual([
      ['answered', '/v1/streams', 503],
    ]);
  });
});
