import { createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmailOptions, emailChannel } from '../../../../src/services/notify/channels/email.ts';
import { HOSTILE, NOW, sampleMessage } from '../sample-message.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Mail {
  readonly isSecure: boolean;
  readonly to: string[];
  readonly head: string;
  readonly body: string;
}

/** A local mail server with a self-signed certificate. */
async function openMailServer(changed: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        const [head = '', ...rest] = Buffer.concat(chunks).toString().split('\r\n\r\n');
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({
          isSecure: session.secure,
          to,
          head: head.replace(/\r\n[ \t]+/g, ' '),
          body: rest.join('\r\n\r\n'),
        });
        callback();
      });
    },
    ...changed,
  });
  server.on('error', () => {});
  const port = await listen(server.server as Server);
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { mails, port };
}

/** One that answers with these lines, one by one. */
async function openScripted(act: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}).resume());
    act(socket);
  });
  const port = await listen(server);
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port, sockets };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
}

function open(port: number, changed: Partial<EmailOptions> = {}) {
  const addresses = { from: 'Plumbline <alerts@example.com>', to: ['a@example.com', 'b@example.com'] };
  return emailChannel({ name: 'e', host: '127.0.0.1', port, ...addresses, tls: 'none', now: () => NOW, ...changed });
}

const headerOf = (mail: Mail | undefined, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(mail?.head ?? '')?.[1];

test('a mail with its headers, in text and HTML', async () => {
  const { mails, port } = await openMailServer();
  const channel = open(port);
  expect(channel).toMatchObject({ name: 'e', type: 'email', isDryRun: false });
  expect(await channel.send(sampleMessage())).toEqual({ kind: 'sent' });
  const [mail] = mails;
  expect(mail?.to).toEqual(['a@example.com', 'b@example.com']);
  expect(headerOf(mail, 'Subject')).toBe('[CRITICAL] Drift on payments_api POST /v2/payments');
  expect(headerOf(mail, 'Date')).toBe('Sun, 01 Mar 2026 12:00:00 +0000');
  expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated');
  expect(headerOf(mail, 'Content-Type')).toMatch(/^multipart\/alternative/);
  expect(mail?.body).toContain('Content-Type: text/plain');
  expect(mail?.body).toContain('Content-Type: text/html');
});

test('all mails of one incident are one thread, and a retry sends the same mail', async () => {
  const { mails, port } = await openMailServer();
  for (const id of ['msg_1', 'msg_1', 'msg_2']) await open(port).send(sampleMessage({ id }));
  await open(port).send(sampleMessage({ id: 'a b\r\n<x>', incident: { id: 8, url: null } }));
  expect(mails.map((mail) => headerOf(mail, 'Message-ID'))).toEqual([
    '<msg_1@example.com>',
    '<msg_1@example.com>',
    '<msg_2@example.com>',
    '<a-b---x-@example.com>',
  ]);
  for (const name of ['In-Reply-To', 'References']) {
    const threads = mails.map((mail) => headerOf(mail, name));
    expect(threads).toEqual([
      ...Array(3).fill('<plumbline-incident-7@example.com>'),
      '<plumbline-incident-8@example.com>',
    ]);
  }
});

test('names of services cannot add headers or recipients', async () => {
  const { mails, port } = await openMailServer();
  const service = 'x\r\nBcc: evil@example.com\r\nX-Evil: 1\r\n\r\n.\r\nRCPT TO:<evil@example.com>\u2028y';
  expect(await open(port).send(sampleMessage({ service, endpoint: HOSTILE }))).toEqual({ kind: 'sent' });
  expect(mails).toHaveLength(1);
  expect(mails[0]?.to).toEqual(['a@example.com', 'b@example.com']);
  expect(mails[0]?.head).not.toMatch(/^(bcc|x-evil)/im);
});

describe('over TLS', () => {
  const tlsOptions = { rejectUnauthorized: false };

  test.each(['starttls', 'implicit'] as const)('%s: the connection is encrypted, with login', async (tls) => {
    const logins: unknown[] = [];
    const { mails, port } = await openMailServer({
      secure: tls === 'implicit',
      authOptional: false,
      onAuth({ username, password }, session, callback) {
        logins.push([username, password, session.secure]);
        callback(null, { user: username });
      },
    });
    const login = { username: 'me', password: 'sesame' };
    expect(await open(port, { tls, tlsOptions, ...login }).send(sampleMessage())).toEqual({ kind: 'sent' });
    expect(logins).toEqual([['me', 'sesame', true]]);
    expect(mails[0]?.isSecure).toBe(true);
  });

  test.each(['starttls', 'implicit'] as const)('%s: an untrusted certificate is refused', async (tls) => {
    const { mails, port } = await openMailServer({ secure: tls === 'implicit' });
    expect(await open(port, { tls }).send(sampleMessage())).toMatchObject({ kind: 'retry' });
    expect(mails).toEqual([]);
  });

  test('a server without STARTTLS gets no mail and no password', async () => {
    const { mails, port } = await openMailServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    const channel = open(port, { tls: 'starttls', tlsOptions, username: 'me', password: 'sesame' });
    expect(await channel.send(sampleMessage())).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/^SMTP 50\d/),
    });
    expect(mails).toEqual([]);
  });
});

describe('failures', () => {
  const refuse = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

  test.each([
    [550, 'rejected'],
    [552, 'rejected'],
    [554, 'rejected'],
    [421, 'retry'],
    [450, 'retry'],
    [452, 'retry'],
  ])('SMTP %i is %s', async (code, kind) => {
    const { port } = await openMailServer({
      onMailFrom: (_address, _session, callback) => callback(refuse(code, 'no\u0007 thanks')),
    });
    expect(await open(port).send(sampleMessage())).toMatchObject({
      kind,
      reason: expect.stringMatching(`^SMTP ${code}: .*no thanks`),
    });
  });

  test('one accepted address of two is enough', async () => {
    const { mails, port } = await openMailServer({
      onRcptTo: ({ address }, _session, callback) => callback(address.startsWith('a') ? refuse(550, 'unknown') : null),
    });
    expect(await open(port).send(sampleMessage())).toEqual({ kind: 'sent' });
    expect(mails[0]?.to).toEqual(['b@example.com']);
  });

  test.each([
    [535, 'rejected'],
    [454, 'retry'],
  ])('a login with answer %i is %s, without revealing the password', async (code, kind) => {
    const answer = `no sesame-word ${Buffer.from('sesame-word').toString('base64')} ${Buffer.from('\0me\0sesame-word').toString('base64')}`;
    const { port } = await openMailServer({
      allowInsecureAuth: true,
      onAuth: (_login, _session, callback) => callback(refuse(code, answer)),
    });
    const outcome = await open(port, { username: 'me', password: 'sesame-word' }).send(sampleMessage());
    expect(outcome).toEqual({ kind, reason: expect.stringContaining('no *** *** ***') });
  });

  test('a refused connection is retried', async () => {
    const { port } = await openScripted((socket) => socket.destroy());
    expect(await open(port).send(sampleMessage())).toMatchObject({ kind: 'retry' });
    expect(await open(1).send(sampleMessage())).toMatchObject({
      kind: 'retry',
      reason: expect.not.stringContaining('127.0.0.1'),
    });
  });

  test.each<[string, (socket: Socket) => void]>([
    ['is silent', () => {}],
    ['drips', (socket) => void setInterval(() => socket.writable && socket.write('220-x\r\n'), 10).unref()],
    ['stops in the middle', (socket) => socket.write('220 hello\r\n')],
  ])('a server that %s ends with the timeout, and the connection is closed', async (_name, act) => {
    const { port, sockets } = await openScripted(act);
    const outcome = await open(port, { timeoutMs: 100 }).send(sampleMessage());
    expect(outcome).toEqual({ kind: 'retry', reason: 'no answer in time' });
    await expect
      .poll(() => sockets.every((socket) => socket.readableEnded || socket.destroyed || socket.closed))
      .toBe(true);
  });
});
