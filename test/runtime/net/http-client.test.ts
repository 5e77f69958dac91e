import { createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type HttpLimits, isTransientStatus, requestHttp } from '../../../src/runtime/net/http-client.ts';
import { openReceiver } from './receiver.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const LIMITS: HttpLimits = { timeoutMs: 120_000, maxAnswerBytes: 1_000, now: () => NOW };
const SECRET = 'sesame-word';

const receiver = await openReceiver();
afterAll(() => receiver.close());

const get = (path = '/', limits: Partial<HttpLimits> = {}, headers = {}) =>
  requestHttp({ method: 'GET', url: receiver.url + path, headers }, { ...LIMITS, ...limits });

/** Takes connections and says nothing. */
async function openSilence(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

describe('an answer', () => {
  it.each([200, 204, 302, 404, 503])('of HTTP %i is given as it is', async (status) => {
    receiver.answer((response) => response.writeHead(status, { 'x-kept': 'yes', location: '/elsewhere' }).end());
    expect(await get()).toMatchObject({ kind: 'answered', status, headers: { 'x-kept': 'yes' }, text: '' });
    expect(receiver.received).toHaveLength(1);
  });

  it('follows a request with its method, headers and body', async () => {
    receiver.answer((response) => response.end('{"ok":true}'));
    const request = { method: 'PUT', url: `${receiver.url}/a?b=c`, headers: { 'x-key': 'k' }, body: '{"é":1}' };
    expect(await requestHttp(request, LIMITS)).toMatchObject({ status: 200, text: '{"ok":true}', cut: undefined });
    expect(receiver.received).toMatchObject([
      { method: 'PUT', path: '/a?b=c', body: '{"é":1}', headers: { 'x-key': 'k', 'content-length': '8' } },
    ]);
  });

  it('says how long to wait', async () => {
    receiver.answer((response) => response.writeHead(429, { 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }).end());
    expect(await get()).toMatchObject({ status: 429, retryAfterMs: 30_000 });
  });

  it('that is as long as the limit is whole, and one that is longer is cut', async () => {
    receiver.answer((response) => response.end('a'.repeat(1_000)));
    expect(await get()).toMatchObject({ text: 'a'.repeat(1_000), cut: undefined });
    receiver.answer((response) => response.end('a'.repeat(1_001)));
    expect(await get()).toMatchObject({ text: 'a'.repeat(1_000), cut: 'too_large' });
  });

  it('that breaks off keeps what came', async () => {
    receiver.answer((response) => {
      response.writeHead(200, { 'content-length': '50' }).write('half', () => response.destroy());
    });
    expect(await get()).toMatchObject({ status: 200, text: 'half', cut: 'broken' });
  });

  it('whose text does not end keeps what came in time', async () => {
    receiver.answer((response) => void response.writeHead(200, { 'content-length': '50' }).write('half'));
    expect(await get('/', { timeoutMs: 100 })).toMatchObject({ status: 200, text: 'half', cut: 'timed_out' });
  });
});

describe('no answer', () => {
  it('in time, though the connection stands', async () => {
    receiver.answer(() => {});
    expect(await get('/', { timeoutMs: 50 })).toMatchObject({ kind: 'timed_out', reason: 'no answer in time' });
  });

  it('because TLS does not come to an end', async () => {
    const url = `https://127.0.0.1:${await openSilence()}`;
    expect(await requestHttp({ method: 'GET', url }, { ...LIMITS, connectTimeoutMs: 50 })).toMatchObject({
      kind: 'timed_out',
      reason: 'no answer in time',
    });
  });

  it('because the connection is refused, ends, or is not HTTP', async () => {
    const gone = await openReceiver();
    await gone.close();
    const url = `http://127.0.0.1:${gone.port}/${SECRET}`;
    expect(await requestHttp({ method: 'GET', url }, LIMITS)).toEqual({
      kind: 'failed',
      code: 'ECONNREFUSED',
      reason: 'connection refused',
    });
    receiver.answer((_, request) => request.socket.destroy());
    expect(await get()).toMatchObject({ kind: 'failed', reason: 'connection reset' });
    receiver.answer((_, request) => request.socket.end('SSH-2.0\r\n\r\n'));
    expect(await get()).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/^connection failed \(HPE_/) });
    receiver.answer((_, request) => request.socket.end('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'));
    expect(await get()).toMatchObject({ kind: 'failed', reason: 'connection failed (closed)' });
  });
});

describe('a request is refused', () => {
  it.each(['nonsense', 'ftp://example.com/', 'file:///etc/passwd'])('for the address %s', async (url) => {
    expect(await requestHttp({ method: 'GET', url }, LIMITS)).toMatchObject({ kind: 'refused', code: 'invalid_url' });
  });

  it('for a header that no header may be, without quoting it', async () => {
    const outcome = await get('/', {}, { authorization: `Bearer ${SECRET}\nx` });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid_header' });
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
  });

  it.each(['127.0.0.1', 'localhost'])('for %s, where only public addresses may be reached', async (host) => {
    receiver.answer((response) => response.end());
    const request = { method: 'GET', url: `http://${host}:${receiver.port}/` };
    const refused = await requestHttp(request, { ...LIMITS, allowHosts: [] });
    expect(refused).toMatchObject({ kind: 'refused', code: 'address_refused' });
    expect(receiver.received).toEqual([]);
    expect(await requestHttp(request, { ...LIMITS, allowHosts: [host] })).toMatchObject({ status: 200 });
  });
});

describe('connections', () => {
  const portOf = async (allowHosts?: readonly string[]) => {
    let port: number | undefined;
    receiver.answer((response, request) => {
      port = request.socket.remotePort;
      response.end();
    });
    await get('/', allowHosts === undefined ? {} : { allowHosts });
    return port;
  };

  it('are kept for the next request', async () => {
    expect(await portOf()).toBe(await portOf());
  });

  it('behind the address guard are never those of another request', async () => {
    const first = await portOf();
    const guarded = await portOf(['127.0.0.1']);
    expect(guarded).not.toBe(first);
    expect(await portOf(['127.0.0.1'])).not.toBe(guarded);
  });
});

it.each([
  [200, false],
  [302, false],
  [400, false],
  [404, false],
  [408, true],
  [425, true],
  [429, true],
  [500, true],
  [503, true],
])('HTTP %i is worth another try: %s', (status, isTransient) => {
  expect(isTransientStatus(status)).toBe(isTransient);
});
