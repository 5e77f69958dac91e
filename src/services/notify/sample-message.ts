import { isoTime } from '../../core/format/iso-time.ts';
import type { Message } from '../../core/incident/message.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time/window.ts';

/** What `plumbline channels test` sends: everything that a real message has, and nothing that could be taken for one. */
export function sampleMessage(nowMs: number, url: string | null): Message {
  return {
    id: `plumbline-test-${nowMs}`,
    reason: 'test',
    state: 'firing',
    severity: 'info',
    condition: 'drift',
    incident: { id: 0, url },
    monitor: 'a sample',
    service: 'payments_api',
    endpoint: 'POST /v2/payments',
    labels: {},
    links: {},
    startedAt: isoTime(nowMs - HOUR_MS),
    at: isoTime(nowMs),
    resolvedAt: null,
    window: { start: isoTime(nowMs - 30 * MINUTE_MS), end: isoTime(nowMs), samples: 500 },
    reference: 'baseline payments',
    findings: [
      {
        check: 'amount_ks',
        feature: 'request.body.amount',
        text: 'ks 0.91 (floor 0.05), p 1.2e-120, 500 events against 200',
        severity: 'critical',
        isNew: false,
      },
    ],
    changes: ['This is a test of the channel; no action is needed.'],
  };
}
