import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/time/window.ts';
import { emptiedDatabase } from '../database.ts';
import { NOW, openService, type Service } from './service.ts';

const STREAM = { service: 'shop', endpoint: 'POST /pay' };
const MONITOR = { name: 'pay', stream: STREAM, window: '10m', every: '10m', delay: '1s', open_after: 1 };

async function open(): Promise<Service> {
  return openService(await emptiedDatabase());
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
async function call(service: Service, method: Method, url: string, body?: object) {
  const headers = { host: 'localhost' };
  const answer = await service.app.inject({ method, url, headers, ...(body && { payload: body }) });
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
}

/** Payments of a span, a second apart. */
async function pay(service: Service, fromMs: number, toMs: number, amount: number): Promise<void> {
  const n = (toMs - fromMs) / SECOND_MS;
  const events = Array.from({ length: n }, (_, i) => ({
    ...STREAM,
    ts: fromMs + i * SECOND_MS,
    request: { amount: amount + (i % 20) },
    response: { status: 200, duration_ms: 100 + (i % 10) },
  }));
  expect((await call(service, 'POST', '/v1/ingest', events)).status).toBe(200);
}

/** A service whose stream drifts, its monitor, and the incident that its run opened. */
async function withIncident() {
  const service = await open();
  await pay(service, NOW - 2 * HOUR_MS, NOW - HOUR_MS, 100);
  const span = { start: new Date(NOW - 2 * HOUR_MS).toISOString(), end: new Date(NOW - HOUR_MS).toISOString() };
  expect((await call(service, 'POST', '/v1/baselines', { ...STREAM, ...span, name: 'pay' })).status).toBe(201);
  expect((await call(service, 'POST', '/v1/monitors', MONITOR)).status).toBe(201);
  await pay(service, NOW - 10 * MINUTE_MS, NOW, 500);
  const ran = await call(service, 'POST', '/v1/monitors/pay/run');
  expect(ran.body).toMatchObject({ dry_run: false, failure: null, changes: [{ group: 'all', reason: 'opened' }] });
  return { service, id: ran.body.changes[0].incident as number };
}

describe('/v1/monitors', () => {
  it('are made, read, changed, paused and deleted', async () => {
    const service = await open();
    const made = await call(service, 'POST', '/v1/monitors', MONITOR);
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'pay', origin: 'api', paused: false, spec: MONITOR, last_run: null },
    });
    expect(made.body.next_slot).toBe('2026-03-14T12:10:00.000Z');
    expect((await call(service, 'POST', '/v1/monitors', MONITOR)).body).toMatchObject({ code: 'conflict' });
    const changed = await call(service, 'PUT', '/v1/monitors/pay', { ...MONITOR, window: '20m' });
    expect(changed.body).toMatchObject({ id: made.body.id, spec: { window: '20m' } });
    expect((await call(service, 'POST', '/v1/monitors/pay/pause')).body).toMatchObject({
      paused: true,
      next_slot: null,
    });
    expect((await call(service, 'POST', '/v1/monitors/pay/resume')).body).toMatchObject({ paused: false });
    expect((await call(service, 'GET', '/v1/monitors')).body.monitors).toHaveLength(1);
    expect((await call(service, 'DELETE', '/v1/monitors/pay')).status).toBe(204);
    expect((await call(service, 'GET', '/v1/monitors/pay')).body).toMatchObject({ code: 'monitor_not_found' });
  });

  it('names with a slash are reached too', async () => {
    const service = await open();
    await call(service, 'POST', '/v1/monitors', { ...MONITOR, name: 'shop POST /pay' });
    expect((await call(service, 'GET', '/v1/monitors/shop%20POST%20%2Fpay')).body).toMatchObject({
      name: 'shop POST /pay',
    });
  });

  it('wrong ones are refused with every mistake', async () => {
    const service = await open();
    const { status, body } = await call(service, 'POST', '/v1/monitors', {
      ...MONITOR,
      window: 'long',
      evrey: 1,
      channels: ['x'],
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_monitor' });
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      '/monitors/0/channels/0',
      '/monitors/0/evrey',
      '/monitors/0/window',
    ]);
  });

  it('are applied all or none, and tell what changed', async () => {
    const service = await open();
    const apply = (monitors: object[], more = {}) => call(service, 'POST', '/v1/monitors/apply', { monitors, ...more });
    expect((await apply([MONITOR])).body).toEqual({ created: ['pay'], changed: [], unchanged: [], deleted: [] });
    expect((await apply([MONITOR])).body).toMatchObject({ unchanged: ['pay'] });
    expect((await apply([{ ...MONITOR, name: 'other' }], { prune: true, dry_run: true })).body).toMatchObject({
      deleted: ['pay'],
    });
    expect((await apply([{ ...MONITOR, name: 'good' }, { name: 'bad' }])).status).toBe(400);
    expect((await call(service, 'GET', '/v1/monitors')).body.monitors).toHaveLength(1);
  });

  it('a document may be tried before it is made', async () => {
    const { service } = await withIncident();
    const tried = await call(service, 'POST', '/v1/monitors?dry_run=true', { ...MONITOR, name: 'trial' });
    expect(tried.body).toMatchObject({
      dry_run: true,
      report: { status: 'fail' },
      changes: [{ reason: 'opened', notification: { notify: true } }],
    });
    expect((await call(service, 'GET', '/v1/monitors/trial')).status).toBe(404);
  });

  it('runs are listed', async () => {
    const { service } = await withIncident();
    const { body } = await call(service, 'GET', '/v1/monitors/pay/runs');
    expect(body).toMatchObject({ runs: [{ status: 'done', slots: 1, report: expect.any(Number) }], next: null });
  });
});

describe('/v1/incidents', () => {
  it('are listed by state, severity and monitor, and shown with their trail and notifications', async () => {
    const { service, id } = await withIncident();
    const ids = async (query: string) => {
      const { incidents } = (await call(service, 'GET', `/v1/incidents?${query}`)).body;
      return incidents.map((row: { id: number }) => row.id);
    };
    expect(await ids('state=open&severity=critical,warning&monitor=pay')).toEqual([id]);
    expect(await ids('state=resolved')).toEqual([]);
    expect(await ids('monitor=other')).toEqual([]);
    expect((await call(service, 'GET', '/v1/incidents?state=bad')).status).toBe(400);
    const { body } = await call(service, 'GET', `/v1/incidents/${id}`);
    expect(body).toMatchObject({ state: 'firing', severity: 'critical', condition: 'drift', reports: 1, ...STREAM });
    expect(body.trail.map(({ what }: { what: string }) => what)).toEqual(['opened', 'notified_opened']);
    expect(body.notifications).toMatchObject([
      { channel: 'log', reason: 'opened', title: '[CRITICAL] Drift on shop POST /pay' },
    ]);
    const { reports } = (await call(service, 'GET', `/v1/incidents/${id}/reports`)).body;
    expect(reports).toMatchObject([{ status: 'fail', service: 'shop' }]);
  });

  it('are acted upon, and who did what is written down', async () => {
    const { service, id } = await withIncident();
    const act = (action: string, body?: object) => call(service, 'POST', `/v1/incidents/${id}/${action}`, body);
    expect((await act('acknowledge', { by: 'anna', note: 'looking' })).body).toMatchObject({ acknowledged_by: 'anna' });
    expect((await act('silence', { for: '2h' })).body).toMatchObject({ silenced_until: '2026-03-14T14:00:30.000Z' });
    expect((await act('silence', { for: '2h', until: '2026-03-15T00:00:00Z' })).status).toBe(400);
    expect((await act('assign', { to: 'ben' })).body).toMatchObject({ assigned_to: 'ben' });
    expect((await act('annotate', {})).status).toBe(400);
    expect((await act('annotate', { note: 'a deploy' })).status).toBe(200);
    const resolved = await act('resolve');
    expect(resolved.body).toMatchObject({ state: 'resolved' });
    expect(resolved.body.trail.slice(2).map(({ who, what }: { who: string; what: string }) => [who, what])).toEqual([
      ['anna', 'acknowledge'],
      ['somebody on this machine', 'silence'],
      ['somebody on this machine', 'assign'],
      ['somebody on this machine', 'annotate'],
      ['somebody on this machine', 'resolve'],
    ]);
    expect((await act('resolve')).body).toMatchObject({ code: 'conflict', status: 409 });
    expect((await call(service, 'POST', '/v1/incidents/999/resolve')).body).toMatchObject({
      code: 'incident_not_found',
    });
  });
});

describe('/v1/channels and /v1/notifications', () => {
  it('a sample can be sent, and an unknown channel is refused with those that are there', async () => {
    const service = await open();
    expect((await call(service, 'GET', '/v1/channels')).body).toEqual({
      channels: [{ name: 'log', type: 'log', dry_run: false }],
    });
    expect((await call(service, 'POST', '/v1/channels/log/test')).body).toMatchObject({ sent: true, dry_run: true });
    expect(service.logged.some((line) => line.includes('Test: Drift on payments_api'))).toBe(true);
    const unknown = await call(service, 'POST', '/v1/channels/pager/test');
    expect(unknown.body).toMatchObject({ code: 'channel_not_found', detail: expect.stringContaining('log') });
  });

  it('the outbox is listed and dead letters are sent again', async () => {
    const { service } = await withIncident();
    await service.monitoring.delivery.wake();
    await service.monitoring.delivery.idle();
    const sent = await call(service, 'GET', '/v1/notifications?status=sent&channel=log');
    expect(sent.body.notifications).toMatchObject([{ status: 'sent', attempts: 1, message_id: expect.any(String) }]);
    expect((await call(service, 'POST', '/v1/notifications/replay', { channel: 'log' })).body).toEqual({ replayed: 0 });
  });

  it('metrics count slots, decisions, tries and what is open', async () => {
    const { service } = await withIncident();
    await service.monitoring.delivery.wake();
    await service.monitoring.delivery.idle();
    const page = (await service.app.inject({ url: '/metrics', headers: { host: 'localhost' } })).body;
    expect(page).toContain('plumbline_tell_decisions_total{tell="true",reason="opened"} 1');
    expect(page).toContain('plumbline_notification_tries_total{channel="log",outcome="sent"} 1');
    expect(page).toContain('plumbline_incidents_open{severity="critical",state="firing"} 1');
  });
});
