import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Message } from '../../../../src/core/incident/message.ts';
import { alertmanagerChannel } from '../../../../src/services/notify/channels/alertmanager.ts';
import { openReceiver } from '../../../runtime/net/receiver.ts';
import { HOSTILE, messageSaying, NOW, sampleMessage } from '../sample-message.ts';

const receiver = await openReceiver();
afterAll(() => receiver.close());
beforeEach(() => receiver.answer((response) => response.end()));

async function alertOf(message: Message, changed: { resolveTimeoutMs?: number } = {}) {
  const options = { name: 'a', url: `${receiver.url}/am/`, allowHosts: ['127.0.0.1'], now: () => NOW, ...changed };
  expect(await alertmanagerChannel(options).send(message)).toEqual({ kind: 'sent' });
  expect(receiver.received.at(-1)?.path).toBe('/am/api/v2/alerts');
  return JSON.parse(receiver.received.at(-1)?.body ?? '')[0];
}

const RESOLVED = { state: 'resolved', reason: 'resolved', resolvedAt: '2026-03-01T11:30:00.000Z' } as const;

test('a firing alert', async () => {
  expect(await alertOf(sampleMessage())).toEqual({
    labels: {
      alertname: 'PlumblineDrift',
      monitor: 'payments hourly',
      service: 'payments_api',
      endpoint: 'POST /v2/payments',
      condition: 'drift',
      team: 'pay',
      cost_center: '12',
    },
    annotations: {
      summary: '[CRITICAL] Drift on payments_api POST /v2/payments',
      description: expect.stringContaining('Failing since: 2026-03-01 11:00 UTC'),
      severity: 'critical',
    },
    startsAt: '2026-03-01T11:00:00.000Z',
    endsAt: '2026-03-01T12:10:00.000Z',
    generatorURL: 'https://plumbline.example/incidents/7?a=1&b=2',
  });
  expect((await alertOf(sampleMessage(), { resolveTimeoutMs: 60_000 })).endsAt).toBe('2026-03-01T12:02:00.000Z');
});

test('an alert is refreshed twice within resolve_timeout, and outlives a few refreshes that fail', () => {
  const options = { name: 'a', url: receiver.url, allowHosts: [], now: () => NOW };
  expect(alertmanagerChannel(options).refreshEveryMs).toBe(2.5 * 60_000);
  expect(alertmanagerChannel({ ...options, resolveTimeoutMs: 60_000 }).refreshEveryMs).toBe(30_000);
});

test('an acknowledged alert fires on, and says who takes care of it', async () => {
  const message = sampleMessage({ reason: 'acknowledged', changes: ['Acknowledged by anna.'] });
  const alert = await alertOf(message);
  expect(alert.labels).toEqual((await alertOf(sampleMessage())).labels);
  expect(alert.endsAt).toBe('2026-03-01T12:10:00.000Z');
  expect(alert.annotations.description).toContain('Acknowledged by anna.');
});

test('a resolved alert has the labels of the firing alert, even if the severity changed', async () => {
  const fired = await alertOf(sampleMessage({ severity: 'warning' }));
  const raised = await alertOf(sampleMessage({ reason: 'severity_raised' }));
  const resolved = await alertOf(sampleMessage({ ...RESOLVED, severity: 'info' }));
  expect(raised.labels).toEqual(fired.labels);
  expect(resolved.labels).toEqual(fired.labels);
  expect(resolved.endsAt).toBe('2026-03-01T11:30:00.000Z');
});

test('a test message is a separate alert that expires soon', async () => {
  const alert = await alertOf(sampleMessage({ reason: 'test' }));
  expect(alert.labels.alertname).toBe('PlumblineTest');
  expect(alert.endsAt).toBe('2026-03-01T12:05:00.000Z');
});

test('labels have valid names and cannot replace the labels of Plumbline', async () => {
  const labels = {
    '1st': 'a',
    'a-b': 'later',
    'a.b': 'wins',
    '': 'b',
    service: 'no',
    severity: 'page',
    [HOSTILE]: HOSTILE,
  };
  const alert = await alertOf(sampleMessage({ labels }));
  expect(alert.labels).toMatchObject({ _1st: 'a', a_b: 'wins', _: 'b', service: 'payments_api', severity: 'page' });
  for (const name of Object.keys((await alertOf(messageSaying(HOSTILE))).labels))
    expect(name).toMatch(/^[a-zA-Z_]\w*$/);
});
