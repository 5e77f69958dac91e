import type { Message } from '../../core/incident/message.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time/window.ts';

/** What `plumbline channels test` sends: everything that a real message has, and nothing that could be taken for one. */
export function sampleMessage(nowMs: number, url: string | null): Message {
  const iso = (ms: number) => new Date(ms).toISOString();
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
    startedAt: iso(nowMs - HOUR_MS),
    at: iso(nowMs),
    resolvedAt: null,
    window: { start: iso(nowMs - 30 * MINUTE_MS), end: iso(nowMs), samples: 500 },
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
    changes: ['Somebody tests this channel: there is nothing to do.'],
  };
}
