import { Webhook } from 'standardwebhooks';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { webhookChannel } from '../../../../src/services/notify/channels/webhook.ts';
import { openReceiver } from '../../../runtime/net/receiver.ts';
import { HOSTILE, messageSaying, sampleMessage } from '../sample-message.ts';

const receiver = await openReceiver();
afterAll(() => receiver.close());
beforeEach(() => receiver.answer((response) => response.end()));

const BASE64 = Buffer.from('a key of thirty-two bytes, or so').toString('base64');

async function sendWith(secret: string, message = sampleMessage()) {
  const options = { name: 'w', url: `${receiver.url}/hook`, secret, allowHosts: ['127.0.0.1'], now: () => Date.now() };
  expect(await webhookChannel(options).send(message)).toEqual({ kind: 'sent' });
  const got = receiver.received.at(-1);
  return { body: got?.body ?? '', headers: got?.headers as Record<string, string> };
}

test.each([
  ['whsec_ and base64', `whsec_${BASE64}`, new Webhook(`whsec_${BASE64}`)],
  ['plain text', 'just a word', new Webhook('just a word', { format: 'raw' })],
])('a receiver verifies a secret of %s', async (_name, secret, verifier) => {
  const { body, headers } = await sendWith(secret);
  expect(headers['webhook-id']).toBe('msg_7_1');
  expect(verifier.verify(body, headers)).toEqual({
    type: 'incident.firing',
    timestamp: '2026-03-01T11:05:00.000Z',
    data: sampleMessage(),
  });
  expect(() => verifier.verify(`${body} `, headers)).toThrow();
  expect(() => new Webhook('another', { format: 'raw' }).verify(body, headers)).toThrow();
});

test('the signature matches the body for any text', async () => {
  const { body, headers } = await sendWith('word', messageSaying(HOSTILE));
  expect(() => new Webhook('word', { format: 'raw' }).verify(body, headers)).not.toThrow();
  expect(JSON.parse(body).data.service).toBe(HOSTILE);
});

test('each attempt has the same id and body', async () => {
  const [first, second] = [await sendWith('word'), await sendWith('word')];
  expect(second.body).toBe(first.body);
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
});

test.each([
  [{ reason: 'resolved', state: 'resolved' }, 'incident.resolved'],
  [{ reason: 'reopened', state: 'firing' }, 'incident.firing'],
  [{ reason: 'test', state: 'firing' }, 'incident.test'],
] as const)('%o is %s', async (changed, type) => {
  const { body } = await sendWith('word', sampleMessage(changed));
  expect(JSON.parse(body).type).toBe(type);
});

test('an id that is not valid in a header is refused and not sent', async () => {
  const options = { name: 'w', url: receiver.url, secret: 'word', allowHosts: ['127.0.0.1'], now: () => Date.now() };
  const outcome = await webhookChannel(options).send(sampleMessage({ id: 'a\r\nx: y' }));
  expect(outcome).toEqual({ kind: 'rejected', reason: 'a header of the request is not valid' });
  expect(receiver.received).toEqual([]);
});
