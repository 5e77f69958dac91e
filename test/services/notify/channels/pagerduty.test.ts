import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Message } from '../../../../src/core/incident/message.ts';
import { pagerdutyChannel } from '../../../../src/services/notify/channels/pagerduty.ts';
import { openReceiver } from '../../../runtime/net/receiver.ts';
import { HOSTILE, messageSaying, NOW, sampleMessage } from '../sample-message.ts';

const receiver = await openReceiver();
afterAll(() => receiver.close());
beforeEach(() => receiver.answer((response) => response.writeHead(202).end('{"status":"success"}')));

async function eventsOf(message: Message) {
  const limits = { allowHosts: ['127.0.0.1'], now: () => NOW };
  const channel = pagerdutyChannel({ name: 'p', routingKey: 'R0', url: receiver.url, ...limits });
  expect(await channel.send(message)).toEqual({ kind: 'sent' });
  return receiver.received.map(({ body }) => JSON.parse(body));
}

test('a firing incident is a trigger', async () => {
  expect(await eventsOf(sampleMessage())).toEqual([
    {
      routing_key: 'R0',
      event_action: 'trigger',
      dedup_key: 'plumbline-incident-7',
      payload: {
        summary: '[CRITICAL] Drift on payments_api POST /v2/payments',
        source: 'payments_api',
        severity: 'critical',
        timestamp: '2026-03-01T11:05:00.000Z',
        component: 'POST /v2/payments',
        group: 'payments hourly',
        class: 'drift',
        custom_details: expect.objectContaining({
          'Failing since': '2026-03-01 11:00 UTC',
          Findings: [
            expect.stringMatching(/^\[new\] request\.body\.amount · amount_ks: KS .*; slice: country = CZ$/),
            expect.any(String),
          ],
          Labels: ['team: pay', 'cost-center: 12'],
        }),
      },
      links: [{ href: 'https://plumbline.example/incidents/7?a=1&b=2', text: 'Open incident 7' }],
    },
  ]);
});

test('a resolve has the key of the trigger', async () => {
  const resolved = { state: 'resolved', reason: 'resolved', resolvedAt: '2026-03-01T11:05:00Z' } as const;
  expect(await eventsOf(sampleMessage(resolved))).toMatchObject([
    { event_action: 'resolve', dedup_key: 'plumbline-incident-7' },
  ]);
});

test('an acknowledgement has the key of the trigger', async () => {
  expect(await eventsOf(sampleMessage({ reason: 'acknowledged' }))).toMatchObject([
    { event_action: 'acknowledge', dedup_key: 'plumbline-incident-7' },
  ]);
});

test('a test message resolves itself, and no real incident', async () => {
  expect(await eventsOf(sampleMessage({ reason: 'test' }))).toMatchObject([
    { event_action: 'trigger', dedup_key: 'plumbline-test-7' },
    { event_action: 'resolve', dedup_key: 'plumbline-test-7' },
  ]);
});

test('a test message that could not be resolved is retried', async () => {
  receiver.answer((response) => response.writeHead(receiver.received.length === 1 ? 202 : 503).end());
  const channel = pagerdutyChannel({
    name: 'p',
    routingKey: 'R0',
    url: receiver.url,
    allowHosts: ['127.0.0.1'],
    now: () => NOW,
  });
  expect(await channel.send(sampleMessage({ reason: 'test' }))).toEqual({ kind: 'retry', reason: 'HTTP 503' });
});

test.each([
  ['10,000 characters', 'x'.repeat(10_000)],
  ['10,000 emoji', '👩‍🚀'.repeat(2_500)],
  ['hostile text', HOSTILE.repeat(50)],
  ['nothing', ''],
])('%s in every field stays within the limits', async (_name, text) => {
  const [event] = await eventsOf(messageSaying(text));
  expect(event.payload.summary.length).toBeLessThanOrEqual(1_024);
  expect(event.payload.source.length).toBeGreaterThan(0);
  expect(JSON.stringify(event).length).toBeLessThan(512 * 1_024);
});
