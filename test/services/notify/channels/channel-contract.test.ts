import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Channel } from '../../../../src/services/notify/channel.ts';
import { alertmanagerChannel } from '../../../../src/services/notify/channels/alertmanager.ts';
import { pagerdutyChannel } from '../../../../src/services/notify/channels/pagerduty.ts';
import { slackChannel } from '../../../../src/services/notify/channels/slack.ts';
import { webhookChannel } from '../../../../src/services/notify/channels/webhook.ts';
import { openReceiver } from '../../../runtime/net/receiver.ts';
import { HOSTILE, messageSaying, NOW, sampleMessage } from '../sample-message.ts';

const receiver = await openReceiver();
afterAll(() => receiver.close());

const SECRETS = [
  'T0SECRET0',
  'B0SECRET0',
  'xoxSECRETxox',
  'sesame-user',
  'sesame-word',
  'ROUTING-SECRET-KEY',
  'plain secret of ours',
];
const PATH = '/services/T0SECRET0/B0SECRET0/xoxSECRETxox?token=sesame-word';
const url = `http://sesame-user:sesame-word@127.0.0.1:${receiver.port}${PATH}`;
const limits = { allowHosts: ['127.0.0.1'], now: () => NOW };
type Limits = typeof limits & { timeoutMs?: number };

const CHANNELS: Record<string, (changed: Limits, at?: string) => Channel> = {
  slack: (changed, at = url) =>
    slackChannel({ name: 's', webhookUrl: at, mention: ['U123', 'S99', '@here'], ...changed }),
  webhook: (changed, at = url) => webhookChannel({ name: 'w', url: at, secret: 'plain secret of ours', ...changed }),
  pagerduty: (changed, at = url) =>
    pagerdutyChannel({ name: 'p', url: at, routingKey: 'ROUTING-SECRET-KEY', ...changed }),
  alertmanager: (changed, at = url.split('?')[0] as string) => alertmanagerChannel({ name: 'a', url: at, ...changed }),
};

function expectNoSecret(shown: unknown): void {
  for (const secret of SECRETS) expect(JSON.stringify(shown)).not.toContain(secret);
}

/** The time-out of the requests of a test, in its own hands. */
function holdTimeout() {
  const timeout = new AbortController();
  const asked = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(timeout.signal);
  onTestFinished(() => asked.mockRestore());
  const timeIsUp = (): void => timeout.abort(new DOMException('The operation timed out', 'TimeoutError'));
  return { timeIsUp, askedFor: () => asked.mock.calls.flat() };
}

/** Writes again and again, in turns of the event loop in which the other side reads. */
function drip(socket: Socket, write: () => void, afterSome: () => void): void {
  let drops = 0;
  const timer = setInterval(() => {
    write();
    if (++drops === 10) afterSome();
  }, 1);
  socket.on('close', () => clearInterval(timer));
}

/** Whose receivers keep an alert for each incident, and which of them forget it. */
const KEEPS_STATE: Readonly<Record<string, object>> = {
  slack: { keepsState: false },
  webhook: { keepsState: false },
  pagerduty: { keepsState: true },
  alertmanager: { keepsState: true, refreshEveryMs: expect.any(Number) },
};

/** Where a receiver would make a link of it. */
function linksIn(rendered: unknown): string {
  // Alertmanager shows labels as text, annotations as links.
  const text = JSON.stringify(rendered, (key, value) => (key === 'labels' ? undefined : value));
  return [...text.matchAll(/<[^>|]*\||"(?:href|runbook_url|generatorURL)":"[^"]*"/g)].join(' ');
}

describe.each(Object.entries(CHANNELS))('%s', (type, open) => {
  const channel = open(limits);
  const send = () => channel.send(sampleMessage());

  test('posts JSON with its content type', async () => {
    receiver.answer((response) => response.end('ok'));
    expect(await send()).toEqual({ kind: 'sent' });
    expect(channel).toMatchObject({ type, isDryRun: false });
    const [got] = receiver.received;
    expect(got?.method).toBe('POST');
    expect(got?.headers['content-type']).toBe('application/json');
    expect(() => JSON.parse(got?.body ?? '')).not.toThrow();
  });

  test('declares whether its receiver keeps state, and whether it forgets', () => {
    const { keepsState, refreshEveryMs } = channel;
    expect({ keepsState, ...(refreshEveryMs !== undefined && { refreshEveryMs }) }).toEqual(KEEPS_STATE[type]);
  });

  test('leads to the runbook and the dashboard, from settings or labels, and never to another scheme', () => {
    const links = { runbook_url: 'https://wiki.example/pay?a=1&b=2' };
    const labels = { dashboard_url: 'https://grafana.example/d/1', team: 'payments-team' };
    const text = JSON.stringify(channel.render(sampleMessage({ links, labels }))).replaceAll('&amp;', '&');
    for (const shown of ['https://wiki.example/pay?a=1&b=2', labels.dashboard_url, labels.team])
      expect(text).toContain(shown);
    if (type === 'webhook') return;
    const evil = { runbook_url: 'javascript:alert(1)' };
    expect(linksIn(channel.render(sampleMessage({ labels: evil, links: evil })))).not.toContain('javascript:');
  });

  test.each([200, 201, 202, 204, 299])('HTTP %i is sent', async (status) => {
    receiver.answer((response) => response.writeHead(status).end());
    expect(await send()).toEqual({ kind: 'sent' });
  });

  test.each([300, 301, 302, 303, 304, 307, 308])('HTTP %i is not followed', async (status) => {
    receiver.answer((response) => response.writeHead(status, { location: `${receiver.url}/elsewhere` }).end());
    expect(await send()).toEqual({ kind: 'rejected', reason: `redirect refused (HTTP ${status})` });
    expect(receiver.received).toHaveLength(1);
  });

  test.each([400, 401, 403, 404, 405, 410, 413, 422, 499])('HTTP %i is rejected', async (status) => {
    receiver.answer((response) => response.writeHead(status).end('\n\nno_\u0007\u202eservice\r\n'));
    expect(await send()).toEqual({ kind: 'rejected', reason: `HTTP ${status}: no_ service` });
  });

  test.each<[string, (request: IncomingMessage, body: string) => string]>([
    ['its path', (request) => `Cannot POST ${request.url}`],
    ['its path in JSON', (request) => JSON.stringify({ path: request.url }).replaceAll('/', '\\/')],
    ['a part of its path', () => 'no hook xoxSECRETxox for B0SECRET0'],
    ['its URL', () => `${url} ${encodeURIComponent(url)}`],
    ['its login', (request) => String(request.headers.authorization)],
    ['its signature', (request) => String(request.headers['webhook-signature'])],
    ['its body', (_request, body) => body],
    ['a secret over the cut', (request) => `${'y'.repeat(195)} ${request.url}`],
  ])('an answer that quotes %s does not reveal a secret', async (_name, quote) => {
    const credentials: string[] = [];
    receiver.answer((response, request) => {
      const { authorization = '', 'webhook-signature': signature = '' } = request.headers;
      credentials.push(authorization.slice(6), String(signature).slice(3));
      response.writeHead(400).end(quote(request, receiver.received[0]?.body ?? ''));
    });
    const outcome = await send();
    expect(outcome).toMatchObject({ kind: 'rejected', reason: expect.stringMatching(/^HTTP 400: [^\p{C}]{1,200}$/u) });
    expectNoSecret(outcome);
    for (const secret of credentials.filter(Boolean)) expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test.each([408, 425, 429, 500, 502, 503, 504, 599])('HTTP %i is retried', async (status) => {
    receiver.answer((response) => response.writeHead(status).end('later'));
    expect(await send()).toEqual({ kind: 'retry', reason: `HTTP ${status}` });
  });

  test.each([
    ['30', 30_000],
    ['0', 0],
    ['Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['999999999999999999999999', 86_400_000],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400_000],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['2026-03-01T12:01:00Z', undefined],
    ['Sun, 99 Foo 2026 12:01:00 GMT', undefined],
  ])('Retry-After: %s waits %s ms', async (header, afterMs) => {
    receiver.answer((response) => response.writeHead(429, { 'retry-after': header }).end());
    expect(await send()).toEqual({ kind: 'retry', reason: 'HTTP 429', ...(afterMs !== undefined && { afterMs }) });
  });

  test('a receiver that hangs ends with the timeout', async () => {
    const { timeIsUp, askedFor } = holdTimeout();
    receiver.answer(timeIsUp);
    expect(await open({ ...limits, timeoutMs: 80 }).send(sampleMessage())).toEqual({
      kind: 'retry',
      reason: 'no answer in time',
    });
    expect(askedFor()).toEqual([80]);
  });

  test('a slow body ends with the timeout, and the status still counts', async () => {
    const { timeIsUp } = holdTimeout();
    receiver.answer((response, request) => {
      response.writeHead(400).write('bad_');
      drip(request.socket, () => response.write('x'), timeIsUp);
    });
    const outcome = await send();
    expect(outcome).toMatchObject({ kind: 'rejected', reason: expect.stringMatching(/^HTTP 400: bad_x/) });
  });

  test('slow headers are a timeout', async () => {
    const { timeIsUp } = holdTimeout();
    receiver.answer((_response, { socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      drip(socket, () => socket.write('x: y\r\n'), timeIsUp);
    });
    expect(await send()).toEqual({ kind: 'retry', reason: 'no answer in time' });
  });

  test('a huge answer is not read to the end', async () => {
    let written = 0;
    receiver.answer((response) => {
      response.writeHead(400);
      const pour = () => {
        while (!response.destroyed && written < 500e6) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536, 'a'))) return void response.once('drain', pour);
        }
      };
      pour();
    });
    const outcome = await send();
    expect(outcome).toEqual({ kind: 'rejected', reason: `HTTP 400: ${'a'.repeat(200)}` });
    expect(written).toBeLessThan(50e6);
  });

  test.each([
    ['a reset', (socket: Socket) => socket.resetAndDestroy()],
    ['an end without an answer', (socket: Socket) => socket.destroy()],
    ['an answer that is not HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n')],
    [
      'a switch of protocols',
      (socket: Socket) => socket.end('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
    ['endless headers', (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)],
  ])('%s is retried', async (_name, act) => {
    receiver.answer((_response, request) => act(request.socket));
    const outcome = await send();
    expect(outcome).toMatchObject({ kind: 'retry', reason: expect.stringMatching(/^connection (reset|failed)/) });
    expectNoSecret(outcome);
  });

  test('a refused connection, an unknown host and missing TLS are retried, without revealing a secret', async () => {
    const gone = await openReceiver();
    await gone.close();
    expect(await open(limits, `http://127.0.0.1:${gone.port}${PATH}`).send(sampleMessage())).toEqual({
      kind: 'retry',
      reason: 'connection refused',
    });
    const noTls = await open(limits, `https://127.0.0.1:${receiver.port}${PATH}`).send(sampleMessage());
    expect(noTls.kind).toBe('retry');
    const noHost = await open(limits, `http://no-such-host.invalid${PATH}`).send(sampleMessage());
    expect(noHost).toMatchObject({ kind: 'retry', reason: expect.stringMatching(/host not found|no answer/) });
    expectNoSecret([noTls, noHost]);
  });

  test('a private address is refused unless it is in the list of allowed hosts', async () => {
    receiver.answer((response) => response.end());
    const outcome = await open({ ...limits, allowHosts: [] }).send(sampleMessage());
    expect(outcome).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('CHANNEL_ALLOW_HOSTS') });
    expect(receiver.received).toEqual([]);
  });

  test('the rendered message has no secret', () => {
    expectNoSecret(channel.render(sampleMessage()));
  });

  test.each([
    ['10,000 characters', 'x'.repeat(10_000)],
    ['10,000 that grow when escaped', '&'.repeat(10_000)],
    ['10,000 emoji', '👩‍🚀'.repeat(2_500)],
    ['hostile text', HOSTILE],
    ['nothing', ''],
  ])('accepts %s', async (_name, text) => {
    receiver.answer((response) => response.end());
    expect(await channel.send(messageSaying(text))).toEqual({ kind: 'sent' });
    const body = JSON.parse(receiver.received[0]?.body ?? '');
    if (type !== 'webhook') expect(JSON.stringify(body).isWellFormed()).toBe(true);
    if (type !== 'webhook') expect(JSON.stringify(body)).not.toMatch(/\\ud[89a-f]/i);
  });
});
