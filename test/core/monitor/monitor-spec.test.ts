import { describe, expect, it } from 'vitest';
import { readSpec } from '../../../src/core/monitor/monitor-spec.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';

const LEAST = { name: 'm', stream: { service: 's', endpoint: 'e' }, window: '1h', every: '5m' };

const specOf = (changed: object) => readSpec({ ...LEAST, ...changed });

describe('readSpec', () => {
  it('has a default for everything else', () => {
    expect(readSpec(LEAST)).toEqual({
      name: 'm',
      service: 's',
      endpoint: 'e',
      reference: { kind: 'baseline' },
      windowMs: HOUR_MS,
      schedule: { kind: 'interval', everyMs: 5 * MINUTE_MS },
      delayMs: 10_000,
      compare: { floors: {}, features: new Map() },
      slo: {},
      step: { openAfter: 2, closeAfter: 2, dedupWindowMs: HOUR_MS },
      notificationPolicy: { repeatIntervalMs: 4 * HOUR_MS, updateIntervalMs: 15 * MINUTE_MS, quietHours: undefined },
      severity: { drift: 'by_method', slo: 'critical', noData: 'warning' },
      groupBy: 'monitor',
      channels: undefined,
      catchup: 'last',
      labels: {},
      links: {},
      paused: false,
    });
  });

  it('reads what is given', () => {
    const spec = specOf({
      reference: 'previous_window',
      window: '30m',
      every: '90s',
      delay: '1m',
      policy: 'classic',
      preset: 'evidently',
      correction: 'by',
      alpha: 0.01,
      floors: { ks: 0.1 },
      slo: { success_rate_min: 0.9, latency_p95_max: 500, failure_status: ['5xx', 429] },
      aggregate: { rule: 'share', share: 0.3 },
      open_after: 1,
      close_after: 3,
      dedup_window: '2h',
      group_by: 'feature',
      severity: { warning: 1.2, critical: 3, slo: 'info', no_data: 'off' },
      channels: ['a', 'b'],
      repeat_interval: '1d',
      update_interval: '5m',
      quiet_hours: { from: '22:00', to: '07:00' },
      catchup: 'none',
      labels: { team: 'pay' },
      runbook_url: 'https://wiki.example/pay',
      paused: true,
    });
    expect(spec).toEqual({
      name: 'm',
      service: 's',
      endpoint: 'e',
      reference: { kind: 'previous_window' },
      windowMs: 30 * MINUTE_MS,
      schedule: { kind: 'interval', everyMs: 90_000 },
      delayMs: MINUTE_MS,
      compare: {
        policy: 'classic',
        preset: 'evidently',
        correction: 'by',
        alpha: 0.01,
        floors: { ks: 0.1 },
        aggregate: { rule: 'share', share: 0.3 },
        features: new Map(),
      },
      slo: { successMin: 0.9, p95MaxMs: 500, failureStatus: ['5xx', '429'] },
      step: { openAfter: 1, closeAfter: 3, dedupWindowMs: 2 * HOUR_MS },
      notificationPolicy: {
        repeatIntervalMs: DAY_MS,
        updateIntervalMs: 5 * MINUTE_MS,
        quietHours: { from: '22:00', to: '07:00', zone: 'UTC' },
      },
      severity: { drift: { warning: 1.2, critical: 3 }, slo: 'info', noData: 'off' },
      groupBy: 'feature',
      channels: ['a', 'b'],
      catchup: 'none',
      labels: { team: 'pay' },
      links: { runbook_url: 'https://wiki.example/pay' },
      paused: true,
    });
  });

  it.each([
    ['baseline', { kind: 'baseline' }],
    [{ baseline: 'first' }, { kind: 'baseline', name: 'first' }],
    ['previous_window', { kind: 'previous_window' }],
    [{ same_hours: { weeks: 4 } }, { kind: 'same_hours', weeks: 4 }],
  ])('the reference %j', (reference, read) => expect(specOf({ reference }).reference).toEqual(read));

  it.each([
    ['1h', HOUR_MS],
    ['90m', 90 * MINUTE_MS],
    [3600, HOUR_MS],
    ['3600', HOUR_MS],
    ['30d', 30 * DAY_MS],
    [' 1h ', HOUR_MS],
  ])('a window of %j', (window, ms) => expect(specOf({ window }).windowMs).toBe(ms));

  it('a cron expression is in its zone, UTC by default', () => {
    const cron = { every: undefined, cron: '30 2 * * *' };
    expect(specOf(cron).schedule).toEqual({ kind: 'cron', expression: '30 2 * * *', zone: 'UTC' });
    const zone = 'Europe/Berlin';
    expect(specOf({ ...cron, zone }).schedule).toEqual({ kind: 'cron', expression: '30 2 * * *', zone });
  });

  it('a feature has tests, floors and an alpha of its own; one that is ignored has no tests', () => {
    const features = {
      amount: { tests: ['ks'], floors: { ks: 0.2 }, alpha: 0.01 },
      country: { ignore: true, tests: ['psi'] },
      'request["a.b"]': { ignore: false, tests: 'auto' },
    };
    expect(specOf({ tests: ['ks', 'psi'], features }).compare).toEqual({
      tests: ['ks', 'psi'],
      floors: {},
      features: new Map<string, object>([
        ['amount', { tests: ['ks'], floors: { ks: 0.2 }, alpha: 0.01 }],
        ['country', { tests: [] }],
        ['request["a.b"]', { tests: 'auto' }],
      ]),
    });
  });

  it('a part of severity or of the service levels leaves the rest at its default', () => {
    expect(specOf({ severity: { no_data: 'off' } }).severity).toEqual({
      drift: 'by_method',
      slo: 'critical',
      noData: 'off',
    });
    expect(specOf({ severity: { critical: 3 } }).severity.drift).toEqual({ warning: 1.5, critical: 3 });
    expect(specOf({ severity: { warning: 1 } }).severity.drift).toEqual({ warning: 1, critical: 2 });
    expect(specOf({ slo: { latency_p95_max: 1 } }).slo).toEqual({ p95MaxMs: 1 });
  });

  it('is the same when the document went through JSON', () => {
    const document = {
      ...LEAST,
      features: { 'a.b': { ignore: true } },
      quiet_hours: { from: '22:00', to: '07:00', zone: 'UTC' },
    };
    expect(readSpec(JSON.parse(JSON.stringify(document)))).toEqual(readSpec(document));
  });
});
