import type { Message } from '../../../src/core/incident/message.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');

export function sampleMessage(changed: Partial<Message> = {}): Message {
  return {
    id: 'msg_7_1',
    reason: 'opened',
    state: 'firing',
    severity: 'critical',
    condition: 'drift',
    incident: { id: 7, url: 'https://plumbline.example/incidents/7?a=1&b=2' },
    monitor: 'payments hourly',
    service: 'payments_api',
    endpoint: 'POST /v2/payments',
    labels: { team: 'pay', 'cost-center': '12' },
    startedAt: '2026-03-01T11:00:00.000Z',
    at: '2026-03-01T11:05:00.000Z',
    resolvedAt: null,
    window: { start: '2026-03-01T10:00:00.000Z', end: '2026-03-01T11:00:00.000Z', samples: 1_234 },
    reference: 'baseline payments (2026-02-01)',
    findings: [
      {
        check: 'amount_ks',
        feature: 'request.body.amount',
        text: 'KS distance 0.43 (floor 0.05), p 1.2e-31, 500 events',
        severity: 'critical',
        isNew: true,
        slice: 'country = CZ',
      },
      { check: 'success_rate', feature: null, text: '91 % (target 99 %)', severity: 'warning', isNew: false },
    ],
    changes: ['The severity rose from warning to critical.'],
    ...changed,
  };
}

export const HOSTILE =
  '<!channel> <@U1> @here *bold* _it_ ~st~ `code` </script><img src=x onerror=alert(1)> "q" \'q\' & &amp; 👩‍🚀\ud83d \u202eevil\r\nBcc: evil@example.com\n\n> quote\u2028line';

/** The text in every place where text of events can stand. */
export function messageSaying(text: string): Message {
  const finding = { check: text, feature: text, text, severity: 'critical', isNew: true, slice: text } as const;
  return sampleMessage({
    service: text,
    endpoint: text,
    monitor: text,
    reference: text,
    labels: { [text]: text },
    findings: Array.from({ length: 60 }, () => finding),
    changes: Array.from({ length: 60 }, () => text),
  });
}
