import { expect } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { emptiedDatabase } from '../../database.ts';
import { NOW, openService, type Service } from '../service.ts';

export const STREAM = { service: 'shop', endpoint: 'POST /pay' };
export const MONITOR = { name: 'pay', stream: STREAM, window: '10m', every: '10m', delay: '1s', open_after: 1 };

export async function open(): Promise<Service> {
  return openService(await emptiedDatabase());
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export async function call(service: Service, method: Method, url: string, body?: object) {
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
export async function withIncident() {
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
