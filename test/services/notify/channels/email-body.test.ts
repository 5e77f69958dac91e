import { describe, expect, test } from 'vitest';
import { renderEmail } from '../../../../src/services/notify/channels/email-body.ts';
import { HOSTILE, messageSaying, sampleMessage } from '../sample-message.ts';

describe('renderEmail', () => {
  test('text and HTML have the same content', () => {
    const { subject, text, html } = renderEmail(sampleMessage());
    expect(subject).toBe('[CRITICAL] Drift on payments_api POST /v2/payments');
    const parts = [
      'payments_api',
      'POST /v2/payments',
      'payments hourly',
      '2026-03-01 11:00 UTC',
      '1,234 events',
      'baseline payments',
      'KS distance 0.43',
      'country = CZ',
      'The severity rose',
      'Incident 7, opened',
    ];
    for (const part of parts) {
      expect(text).toContain(part);
      expect(html).toContain(part);
    }
    expect(text).toContain('https://plumbline.example/incidents/7?a=1&b=2');
    expect(html).toContain('href="https://plumbline.example/incidents/7?a=1&amp;b=2"');
    expect(html).not.toMatch(/<(script|img|link|iframe)|https?:\/\/(?!plumbline\.example)/i);
  });

  test.each([HOSTILE, 'x'.repeat(10_000), '👩‍🚀'.repeat(2_500), ''])('any text is escaped (%#)', (hostile) => {
    const { subject, text, html } = renderEmail(messageSaying(hostile));
    expect(subject.length).toBeLessThanOrEqual(200);
    for (const part of [subject, text, html]) expect(part.isWellFormed()).toBe(true);
    expect(subject).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(text).not.toMatch(/^(Bcc|> quote)/m);
    expect(html).not.toMatch(/<(\/script|img|!channel|@U1)|onerror=alert\(1\)>/);
    expect(html.length).toBeLessThan(200_000);
    expect(text).toContain('and 40 more');
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', '"><script>', null])('%s is not a link', (url) => {
    expect(renderEmail(sampleMessage({ incident: { id: 7, url } })).html).not.toMatch(/<a |script/);
  });
});

test('labels stand among the facts, and the links of the monitor beside that to the incident, escaped', () => {
  const links = { runbook_url: 'https://wiki.example/pay?a=1&b="2"', dashboard_url: 'https://grafana.example/d/1' };
  const { html, text } = renderEmail(
    sampleMessage({ links, labels: { team: 'pay', runbook_url: 'https://old.example' } }),
  );
  expect(html).toContain('>team: pay</td>');
  expect(html).toContain('<a href="https://wiki.example/pay?a=1&amp;b=%222%22">Runbook</a>');
  expect(html).toContain('<a href="https://grafana.example/d/1">Dashboard</a>');
  expect(html).not.toContain('old.example');
  expect(text).toContain('Runbook: https://wiki.example/pay?a=1&b=%222%22\nDashboard: https://grafana.example/d/1');
});
