import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { accessOf, assertSafeHost } from '../../src/http/auth.ts';
import { hashApiKey } from '../../src/store/api-key.ts';
import { insertApiKey } from '../../src/store/api-keys.ts';
import { DatabaseUnavailable } from '../../src/store/database.ts';
import { emptiedDatabase, withDatabase } from '../database.ts';
import { emptyDatabase, openService, stubDatabase, withService } from './service.ts';

const SCOPES = ['ingest', 'read', 'admin'] as const;
const KEYS = { ingest: `pl_${'i'.repeat(32)}`, read: `pl_${'r'.repeat(32)}`, admin: `pl_${'a'.repeat(32)}` } as const;

const INGEST = { method: 'POST', url: '/v1/ingest', payload: [] } as const;
const READ = { method: 'GET', url: '/v1/streams' } as const;
const ADMIN = { method: 'POST', url: '/v1/rebuild', payload: {} } as const;

type Request = typeof INGEST | typeof READ | typeof ADMIN;

/** Whether the guard lets a request through to its route, which may well refuse it for what it says. */
async function ask(
  app: FastifyInstance,
  request: Request,
  headers: Record<string, string> = {},
  remoteAddress = '127.0.0.1',
) {
  const { statusCode } = await app.inject({ ...request, headers, remoteAddress });
  return statusCode === 401 || statusCode === 403 ? statusCode : 'in';
}

describe('with keys', () => {
  const database = withDatabase();

  const open = async () => {
    const service = openService(database());
    if ((await service.app.inject('/v1/keys')).statusCode === 200) {
      for (const scope of SCOPES) await insertApiKey(database(), { name: scope, scope, hash: hashApiKey(KEYS[scope]) });
      service.clock.ms += 5_000;
    }
    return service;
  };

  it.each([
    ['ingest', 'in', 403, 403],
    ['read', 403, 'in', 403],
    ['admin', 'in', 'in', 'in'],
  ] as const)('of scope %s: ingest %s, read %s, admin %s', async (scope, ingest, read, admin) => {
    const { app } = await open();
    for (const headers of [
      { authorization: `Bearer ${KEYS[scope]}` },
      { authorization: `bearer ${KEYS[scope]}` },
      { 'x-api-key': KEYS[scope] },
    ]) {
      expect(await ask(app, INGEST, headers)).toBe(ingest);
      expect(await ask(app, READ, headers)).toBe(read);
      expect(await ask(app, ADMIN, headers)).toBe(admin);
    }
  });

  it('a key works from anywhere and under any name', async () => {
    const { app } = await open();
    expect(await ask(app, READ, { 'x-api-key': KEYS.read, host: 'plumbline.example' }, '203.0.113.9')).toBe('in');
  });

  it.each([
    {},
    { authorization: 'Bearer' },
    { authorization: `Basic ${KEYS.admin}` },
    { authorization: `Bearer pl_${'x'.repeat(32)}` },
    { authorization: 'Bearer nonsense\t' },
    { 'x-api-key': `${KEYS.admin}x` },
    { 'x-api-key': "' or 1=1 --" },
    { authorization: 'Bearer wrong', 'x-api-key': KEYS.admin },
  ] as Record<string, string>[])('%j is refused, on this machine too', async (headers) => {
    const { app } = await open();
    const answer = await app.inject({ ...READ, headers });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthorized']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="plumbline"');
  });

  it.each(['/health', '/livez', '/readyz', '/docs', '/docs/', '/openapi.json'])('%s needs none', async (url) => {
    const { app } = await open();
    const { statusCode } = await app.inject({ url, remoteAddress: '203.0.113.9' });
    expect(statusCode).toBeLessThan(400);
  });

  it('the metrics need one', async () => {
    const { app } = await open();
    expect((await app.inject('/metrics')).statusCode).toBe(401);
    expect((await app.inject({ url: '/metrics', headers: { 'x-api-key': KEYS.read } })).statusCode).toBe(200);
  });

  it('AUTH=off needs none', async () => {
    const { app } = openService(database(), { AUTH: 'off' });
    for (const request of [INGEST, READ, ADMIN])
      expect(await ask(app, request, { host: 'x.example' }, '203.0.113.9')).toBe('in');
  });
});

describe('a key as the password of HTTP Basic', () => {
  const database = withDatabase();
  const basic = (password: string, user = '') => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  const open = async () => {
    await database().query('delete from api_keys');
    for (const scope of SCOPES) await insertApiKey(database(), { name: scope, scope, hash: hashApiKey(KEYS[scope]) });
    return openService(database());
  };

  it('counts as in any other header, whatever the name', async () => {
    const { app } = await open();
    for (const user of ['', 'plumbline', 'Jörg']) {
      expect(await ask(app, INGEST, { authorization: basic(KEYS.ingest, user) })).toBe('in');
      expect(await ask(app, READ, { authorization: basic(KEYS.ingest, user) })).toBe(403);
      expect(await ask(app, ADMIN, { authorization: basic(KEYS.admin, user) })).toBe('in');
    }
    expect(await ask(app, READ, { authorization: basic(KEYS.read), host: 'plumbline.example' }, '203.0.113.9')).toBe(
      'in',
    );
  });

  it.each([basic('secret'), basic(''), 'Basic', 'Basic ====', `Basic ${Buffer.from(KEYS.admin).toString('base64')}`])(
    '%s is refused, and nobody is asked for a password',
    async (authorization) => {
      const { app } = await open();
      const answer = await app.inject({ ...READ, headers: { authorization } });
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="plumbline"']);
    },
  );

  it.each([
    ['http://evil.example', 403],
    ['null', 403],
    ['http://localhost:5173', 'in'],
    ['https://plumbline.example', 'in'],
  ])('a page of %s writes with it: %s; a key in a header of its own is not the browser’s', async (origin, expected) => {
    const { app } = await open();
    const headers = { origin, host: 'plumbline.example' };
    for (const request of [ADMIN, INGEST]) {
      expect(await ask(app, request, { ...headers, authorization: basic(KEYS.admin) })).toBe(expected);
      expect(await ask(app, request, { ...headers, authorization: `Bearer ${KEYS.admin}` })).toBe('in');
    }
    expect(await ask(app, READ, { ...headers, authorization: basic(KEYS.read) })).toBe('in');
  });

  it('is in no log', async () => {
    const { app, logged } = await open();
    const authorization = basic(KEYS.read);
    for (const url of ['/v1/streams?limit=x', '/v1/nothing']) await app.inject({ url, headers: { authorization } });
    // As a client sends it that takes the service for a proxy.
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const sent = get({ port, host: '127.0.0.1', path: `http://:${KEYS.read}@localhost/v1/nothing` });
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    expect(answer.statusCode).toBe(404);
    expect(logged.length).toBeGreaterThanOrEqual(3);
    expect(logged.join('\n')).not.toContain(KEYS.read);
    expect(logged.join('\n')).not.toContain(authorization.slice('Basic '.length));
  });
});

describe('GET /ingest/run', () => {
  const FETCH = { method: 'GET', url: '/ingest/run' } as const;
  const fetched = async (app: FastifyInstance, headers: Record<string, string>) =>
    (await app.inject({ ...FETCH, headers: { host: 'localhost:8000', ...headers } })).statusCode !== 403;

  it.each([
    [{}, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ origin: 'http://evil.example' }, false],
    [{ origin: 'http://localhost:8000', 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' }, true],
  ] as const)('of a page that sends %j: %s', async (headers, expected) => {
    expect(await fetched(openService(emptyDatabase).app, headers)).toBe(expected);
    expect(await fetched(openService(emptyDatabase, { AUTH: 'off' }).app, headers)).toBe(expected);
  });

  it('with a key in a header is served to any page', async () => {
    const db = await emptiedDatabase();
    await insertApiKey(db, { name: 'admin', scope: 'admin', hash: hashApiKey(KEYS.admin) });
    const { app } = openService(db);
    const page = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(await fetched(app, { ...page, 'x-api-key': KEYS.admin })).toBe(true);
    const authorization = `Basic ${Buffer.from(`:${KEYS.admin}`).toString('base64')}`;
    expect(await fetched(app, { ...page, authorization })).toBe(false);
    expect(await fetched(app, { authorization })).toBe(true);
  });
});

describe('without any key', () => {
  const { app } = withService(emptyDatabase);

  it.each(['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip'])(
    'what a proxy on this machine forwards (%s) is refused, with the reason',
    async (name) => {
      const headers = { host: 'localhost:8000', [name]: '203.0.113.9' };
      for (const request of [INGEST, READ, ADMIN]) expect(await ask(app, request, headers)).toBe(403);
      const { detail } = (await app.inject({ ...READ, headers })).json();
      expect(detail).toMatch(/came through a proxy.*plumbline keys create --scope admin.*AUTH=off/);
      const open = openService(emptyDatabase, { AUTH: 'off' });
      expect(await ask(open.app, READ, headers)).toBe('in');
    },
  );

  it.each([
    ['127.0.0.1', 'localhost:8000', 'in'],
    ['127.0.0.1', '127.0.0.1', 'in'],
    ['127.8.8.8', 'LOCALHOST', 'in'],
    ['::1', '[::1]:8000', 'in'],
    ['::ffff:127.0.0.1', 'localhost', 'in'],
    ['127.0.0.1', 'evil.example', 403],
    ['127.0.0.1', 'localhost.evil.example', 403],
    ['127.0.0.1', '127.0.0.1.evil.example:8000', 403],
    ['127.0.0.1', 'localhost:', 403],
    ['10.0.0.7', 'localhost', 403],
    ['::ffff:10.0.0.7', 'localhost', 403],
    ['1.127.0.1', 'localhost', 403],
  ])('a peer at %s that asks for %j: %s', async (address, host, expected) => {
    for (const request of [INGEST, READ, ADMIN]) expect(await ask(app, request, { host }, address)).toBe(expected);
  });

  it('the refusal says what to do', async () => {
    const answer = await app.inject({ ...READ, remoteAddress: '10.0.0.7' });
    expect(answer.json().detail).toContain('plumbline keys create --scope admin');
  });

  it.each([
    ['http://evil.example', 403],
    ['null', 403],
    ['http://localhost:5173', 'in'],
    ['http://localhost:8000', 'in'],
  ])('a page of %s may write: %s', async (origin, expected) => {
    expect(await ask(app, ADMIN, { origin, host: 'localhost:8000' })).toBe(expected);
    expect(await ask(app, READ, { origin, host: 'localhost:8000' })).toBe('in');
  });
});

describe('what is known of a caller', () => {
  it('is asked once in five seconds, also by many at once', async () => {
    const query = vi.fn(async () => ({ rows: [], rowCount: 0 }));
    const { app, clock } = openService(stubDatabase(query));
    await Promise.all(Array.from({ length: 5 }, () => ask(app, ADMIN)));
    expect(query).toHaveBeenCalledTimes(1);
    clock.ms += 4_999;
    await ask(app, ADMIN);
    expect(query).toHaveBeenCalledTimes(1);
    clock.ms += 1;
    await ask(app, ADMIN);
    expect(query).toHaveBeenCalledTimes(2);
  });

  it('is not guessed when the database is away', async () => {
    const { app } = openService(stubDatabase(() => Promise.reject(new DatabaseUnavailable('gone'))));
    expect((await app.inject(READ)).statusCode).toBe(503);
  });

  it('ends with the key, at once in this process', async () => {
    const { app } = openService(await emptiedDatabase());
    const create = (scope: string, key?: string) =>
      app.inject({
        method: 'POST',
        url: '/v1/keys',
        payload: { scope },
        headers: key === undefined ? {} : { 'x-api-key': key },
      });

    const tooSmall = await create('ingest');
    expect([tooSmall.statusCode, tooSmall.json().code]).toEqual([400, 'invalid_request']);

    const { key: admin, id: adminId } = (await create('admin')).json();
    expect(await ask(app, READ)).toBe(401);
    const { key: read, id: readId } = (await create('read', admin)).json();
    expect(await ask(app, READ, { 'x-api-key': read })).toBe('in');

    const revoke = (id: number, query = '') =>
      app.inject({ method: 'DELETE', url: `/v1/keys/${id}${query}`, headers: { 'x-api-key': admin } });
    expect((await revoke(adminId)).json()).toMatchObject({ status: 409, code: 'conflict' });
    expect((await revoke(readId)).statusCode).toBe(204);
    expect((await revoke(readId)).statusCode).toBe(404);
    expect(await ask(app, READ, { 'x-api-key': read })).toBe(401);
    const last = await revoke(adminId);
    expect(last.json()).toMatchObject({ status: 409, code: 'conflict', detail: expect.stringContaining('open=true') });
    expect(await ask(app, READ)).toBe(401);
    expect((await revoke(adminId, '?open=true')).statusCode).toBe(204);
    expect(await ask(app, READ)).toBe('in');
  });
});

describe('accessOf', () => {
  it.each([
    ['GET', '/health', 'public'],
    ['GET', '/docs/static/*', 'public'],
    ['GET', '/docsecret', 'read'],
    ['POST', '/v1/ingest', 'ingest'],
    ['GET', '/v1/keys', 'read'],
    ['HEAD', '/reports/latest', 'read'],
    ['POST', '/v1/keys', 'admin'],
    ['DELETE', '/v1/baselines/:baseline', 'admin'],
    ['PUT', '/something/new', 'admin'],
    ['OPTIONS', '*', 'public'],
  ])('%s %s needs %s', (method, route, access) => {
    expect(accessOf(method, route)).toBe(access);
  });
});

describe('assertSafeHost', () => {
  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('lets %s listen without a key', (HOST) => {
    expect(() => assertSafeHost({ HOST, AUTH: 'on' }, 0)).not.toThrow();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'plumbline.internal'])(
    'lets %s listen only with a key, or with AUTH=off',
    (HOST) => {
      expect(() => assertSafeHost({ HOST, AUTH: 'on' }, 0)).toThrow(/plumbline keys create --scope admin/);
      expect(() => assertSafeHost({ HOST, AUTH: 'on' }, 1)).not.toThrow();
      expect(() => assertSafeHost({ HOST, AUTH: 'off' }, 0)).not.toThrow();
    },
  );
});
