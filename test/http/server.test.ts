import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DatabaseUnavailable } from '../../src/store/database.ts';
import { PATIENCE } from '../patience.ts';
import { emptyDatabase, openService, stubDatabase, withService } from './service.ts';

const PROBLEM = 'application/problem+json';

const { app } = withService(emptyDatabase, { AUTH: 'off' });

describe('paths', () => {
  it('that do not exist are 404, in the words of RFC 9457', async () => {
    const answer = await app.inject('/v2/nothing?secret=1');
    expect(answer.headers['content-type']).toBe(PROBLEM);
    expect(answer.json()).toEqual({
      type: 'urn:plumbline:error:not_found',
      title: 'Not found',
      status: 404,
      code: 'not_found',
      detail: 'Nothing is served at this path; /docs lists what is.',
    });
  });

  it.each([
    ['PUT', '/v1/ingest', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['PATCH', '/v1/baselines/7', 'DELETE, GET, HEAD'],
    ['GET', '/v1/baselines/7/activate', 'POST'],
    ['DELETE', '/v1/baselines', 'GET, HEAD, POST'],
  ] as const)('%s %s is 405 and allows %s', async (method, url, allow) => {
    const answer = await app.inject({ method, url });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, allow]);
    expect(answer.json()).toMatchObject({ code: 'method_not_allowed', detail: `This path takes ${allow}.` });
  });

  it('answer HEAD like GET, without the body', async () => {
    const [head, get] = [await app.inject({ method: 'HEAD', url: '/livez' }), await app.inject('/livez')];
    expect([head.statusCode, head.body]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  it.each(['/v1/baselines/%zz', '/%c0%af', `/v1/baselines/${'x'.repeat(1_001)}`])(
    '%.30s is a clear refusal',
    async (url) => {
      const answer = await app.inject(url);
      expect([400, 404]).toContain(answer.statusCode);
      expect(answer.headers['content-type']).toBe(PROBLEM);
    },
  );
});

describe('bodies', () => {
  const post = (payload: string | Buffer, headers: Record<string, string> = {}, to = app) =>
    to.inject({
      method: 'POST',
      url: '/v1/rebuild',
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it.each([
    ['{"a":', 400, 'invalid_json'],
    ['nonsense', 400, 'invalid_json'],
    ['{"__proto__": {"x": 1}}', 400, 'invalid_json'],
    ['', 400, 'invalid_request'],
    ['null', 400, 'invalid_request'],
    ['[]', 400, 'invalid_request'],
    ['"text"', 400, 'invalid_request'],
    ['{}', 400, 'invalid_request'],
  ])('%j is %i %s', async (body, status, code) => {
    const answer = await post(body);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.json().detail).toMatch(/\S/);
  });

  it('name each wrong field by path and pointer', async () => {
    const answer = await post(
      JSON.stringify({ service: 5, endpoint: 'e', from: 'yesterday', to: '2026-01-01T00:00:00Z' }),
    );
    const { code, detail, errors } = answer.json();
    expect(code).toBe('invalid_window');
    expect(errors).toMatchObject([
      { path: 'service', pointer: '#/service' },
      { path: 'from', pointer: '#/from', message: expect.stringContaining('ISO 8601') },
    ]);
    expect(detail).toContain('from: use ISO 8601 with a zone');
  });

  it.each(['', 'null', '[]'])('%j says which body is needed', async (body) => {
    expect((await post(body)).json().detail).toBe('The body must be a JSON object.');
  });

  it('over the limit are 413', async () => {
    const small = openService(emptyDatabase, { AUTH: 'off', MAX_BODY_BYTES: '1000' });
    const answer = await post(JSON.stringify({ service: 'x'.repeat(2_000) }), {}, small.app);
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'too_large']);
  });

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense'])(
    'as %s are 415',
    async (type) => {
      const answer = await post('{}', { 'content-type': type });
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('packed where no packing is taken are 415', async () => {
    const answer = await post(Buffer.from([31, 139, 8]), { 'content-encoding': 'gzip' });
    expect([answer.statusCode, answer.json().code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('queries', () => {
  it.each([
    ['/reports/latest?service=a&service=b', 'invalid_request', 'service: is given more than once'],
    ['/reports/latest?window_minutes=0', 'invalid_window', 'from 1 to 43200'],
    ['/reports/latest?window_minutes=43201', 'invalid_window', 'from 1 to 43200'],
    ['/reports/latest?window_minutes=30m', 'invalid_window', 'from 1 to 43200'],
    ['/reports/latest?window_minutes=', 'invalid_window', 'from 1 to 43200'],
    ['/reports/latest?window_minutes=5&window_minutes=6', 'invalid_request', 'more than once'],
    ['/reports/latest?policy=strict', 'invalid_request', 'use calibrated or classic'],
    ['/reports/latest?service=a', 'invalid_request', 'service and endpoint together'],
    ['/reports/latest?end=2026-01-01T00:00:00Z', 'invalid_window', 'start'],
    [
      '/reports/latest?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z',
      'invalid_window',
      'start must be before end',
    ],
    [
      '/reports/latest?start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z&window_minutes=5',
      'invalid_window',
      'not both',
    ],
    ['/v1/events', 'invalid_request', 'service'],
    ['/v1/events?service=s&endpoint=e&limit=10001', 'invalid_request', 'from 1 to 10000'],
    ['/v1/events?service=s&endpoint=%00', 'invalid_request', 'NUL'],
    [
      '/v1/events?service=s&endpoint=e&from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z',
      'invalid_window',
      'from must be before to',
    ],
    ['/v1/reports?stream=x', 'invalid_request', 'stream'],
    ['/v1/streams?cursor=nonsense', 'invalid_request', 'cursor'],
    ['/v1/baselines?active=1', 'invalid_request', 'use true or false'],
    ['/v1/baselines?service=s', 'invalid_request', 'together'],
  ])('%s is a 400 that says what is allowed', async (url, code, detail) => {
    const answer = await app.inject(url);
    expect(answer.statusCode, answer.body).toBe(400);
    expect(answer.json()).toMatchObject({ code, detail: expect.stringContaining(detail) });
  });
});

describe('failures', () => {
  const failing = (error: unknown) =>
    openService(
      stubDatabase(() => Promise.reject(error)),
      { AUTH: 'off' },
    );

  it('of the database are 503 and ask to come again', async () => {
    const answer = await failing(new DatabaseUnavailable('connection lost')).app.inject('/v1/streams');
    expect([answer.statusCode, answer.headers['retry-after'], answer.json().code]).toEqual([
      503,
      '2',
      'database_unavailable',
    ]);
  });

  it('that nobody foresaw are 500: the log says why, the answer does not', async () => {
    const { app, logged } = failing(new Error('column "secret" does not exist'));
    const answer = await app.inject('/v1/streams?cursor=');
    const unforeseen = await app.inject('/v1/streams');
    expect(answer.statusCode).toBe(400);
    expect([unforeseen.statusCode, unforeseen.json().code]).toEqual([500, 'internal']);
    expect(unforeseen.body).not.toContain('secret');
    expect(logged.join('')).toContain('column \\"secret\\" does not exist');
  });

  it('and requests are logged without headers, bodies or queries', async () => {
    const { app, logged } = failing(new Error('broken'));
    const headers = { authorization: 'Bearer pl_hidden', 'x-api-key': 'pl_hidden', 'content-type': 'application/json' };
    const body = { service: 'hidden', endpoint: 'hidden', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    await app.inject({ method: 'POST', url: '/v1/rebuild', headers, payload: body });
    for (const path of ['/reports/latest', '/livez']) await app.inject({ url: `${path}?token=hidden`, headers });
    expect(logged).toHaveLength(5);
    expect(logged.join('')).not.toContain('hidden');
    expect(
      logged.map((line) => JSON.parse(line)).map(({ msg, path, route, status }) => [msg, path ?? route, status]),
    ).toEqual([
      ['request failed', '/v1/rebuild', undefined],
      ['answered', '/v1/rebuild', 500],
      ['request failed', '/reports/latest', undefined],
      ['answered', '/reports/latest', 500],
      ['answered', '/livez', 200],
    ]);
  });
});

describe('headers', () => {
  it('forbid guessing a type, on every answer', async () => {
    for (const url of ['/health', '/nothing', '/metrics', '/docs/', '/reports/latest?window_minutes=x']) {
      expect((await app.inject(url)).headers['x-content-type-options'], url).toBe('nosniff');
    }
  });

  it('let pages of CORS_ORIGINS in, after a preflight', async () => {
    const { app } = openService(emptyDatabase);
    const ask = (origin: string) =>
      app.inject({
        method: 'OPTIONS',
        url: '/v1/ingest',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    const allowed = await ask('http://localhost:5173');
    expect(allowed.statusCode).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': 'http://localhost:5173',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '600',
    });
    expect(allowed.headers['access-control-allow-methods']).toContain('POST');
    expect((await ask('http://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('show pages of CORS_ORIGINS the answers, refusals too', async () => {
    const headers = { origin: 'http://127.0.0.1:5173' };
    for (const url of ['/health', '/nothing', '/v1/events']) {
      expect((await app.inject({ url, headers })).headers['access-control-allow-origin'], url).toBe(headers.origin);
    }
  });
});

describe('draining', () => {
  it('refuses new work, closes its connections, and still says that it is alive', async () => {
    const { app } = openService(emptyDatabase, { AUTH: 'off' });
    await app.ready();
    app.drain();
    const refused = await app.inject('/v1/streams');
    expect([refused.statusCode, refused.json().code, refused.headers['retry-after']]).toEqual([
      503,
      'shutting_down',
      '5',
    ]);
    expect(refused.headers.connection).toBe('close');
    const [live, ready, health] = [
      await app.inject('/livez'),
      await app.inject('/readyz'),
      await app.inject('/health'),
    ];
    expect([live.statusCode, ready.statusCode, health.statusCode]).toEqual([200, 503, 200]);
    expect(live.headers.connection).toBe('close');
  });

  it('finishes what is in flight, and does not wait for idle sockets', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const asked = vi.fn(async () => {
      await released;
      return { rows: [], rowCount: 0 };
    });
    const { app } = openService(stubDatabase(asked), { AUTH: 'off' });
    const url = await app.listen({ port: 0 });
    await fetch(`${url}/livez`);
    const inFlight = fetch(`${url}/v1/streams`);
    await vi.waitUntil(() => asked.mock.calls.length > 0, PATIENCE);
    const closed = app.close();
    await vi.waitUntil(() => app.isDraining, PATIENCE);
    release();
    const response = await inFlight;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    expect(await response.json()).toEqual({ streams: [], next: null });
    await closed;
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });
});

describe('draining while requests are half sent', () => {
  afterEach(() => void vi.useRealTimers());

  const HEAD = 'POST /v1/ingest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const KINDS = { silent: '', 'half a head': HEAD, 'half a body': `${HEAD}Content-Length: 1000\r\n\r\n[{` };

  it('gives them five seconds, then refuses them and closes, also when they are hundreds', async () => {
    const { app, logged } = openService(emptyDatabase, { AUTH: 'off' });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const accepted = new Map<number, Socket>();
    app.server.on('connection', (socket: Socket) => accepted.set(socket.remotePort ?? 0, socket));
    const clients = Object.entries(KINDS).flatMap(([kind, bytes]) =>
      Array.from({ length: 100 }, () => {
        const client = { kind, bytes, socket: connect(port, '127.0.0.1'), received: '' };
        client.socket.setEncoding('utf8').on('data', (text: string) => {
          client.received += text;
        });
        client.socket.write(bytes);
        return client;
      }),
    );
    const hasArrived = ({ socket, bytes }: (typeof clients)[number]) =>
      accepted.get(socket.localPort ?? 0)?.bytesRead === bytes.length;
    await vi.waitUntil(() => clients.every(hasArrived), PATIENCE);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ended = clients.map(({ socket }) => once(socket, 'close'));
    const closed = app.close();
    await vi.waitUntil(() => app.isDraining && vi.getTimerCount() > 0, PATIENCE);
    vi.advanceTimersByTime(5_000);
    await Promise.all([closed, ...ended]);
    for (const { kind, received } of clients) {
      const [head, body] = received.split('\r\n\r\n');
      if (kind === 'silent') expect(received).toBe('');
      else
        expect([head, JSON.parse(body ?? '')]).toMatchObject([
          expect.stringContaining('Retry-After: 5'),
          { code: 'shutting_down' },
        ]);
    }
    expect(logged.join('')).not.toContain('request failed');
  });
});

describe('requests that are not HTTP', () => {
  it('and of a method that no route can have, are not found', async () => {
    const { app } = openService(emptyDatabase);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.end('PRI *9TTP/2.0\r\n\r\n');
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('get no body where HEAD asked for none', async () => {
    const { app } = openService(emptyDatabase);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.write(`HEAD /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'close');
    expect(received.split('\r\n\r\n')).toEqual([expect.stringContaining('HTTP/1.1 431 '), '']);
  });

  it.each([
    ['GARBAGE\r\n\r\n', 400, 'invalid_request'],
    [`GET /livez HTTP/1.1\r\nHost: x\r\nCookie: ${'c'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('%.12s… are answered all the same', async (bytes, status, code) => {
    const { app } = openService(emptyDatabase);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.write(bytes);
    await once(socket, 'close');
    const [head, body] = received.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain(PROBLEM);
    expect(JSON.parse(body ?? '')).toMatchObject({ status, code });
  });
});
