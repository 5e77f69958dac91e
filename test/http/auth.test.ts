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

describe('without any key', () => {
  const { app } = withService(emptyDatabase);

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

    const revoke = (id: number) =>
      app.inject({ method: 'DELETE', url: `/v1/keys/${id}`, headers: { 'x-api-key': admin } });
    expect((await revoke(adminId)).json()).toMatchObject({ status: 409, code: 'conflict' });
    expect((await revoke(readId)).statusCode).toBe(204);
    expect((await revoke(readId)).statusCode).toBe(404);
    expect(await ask(app, READ, { 'x-api-key': read })).toBe(401);
    expect((await revoke(adminId)).statusCode).toBe(204);
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
