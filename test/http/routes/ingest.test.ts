import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { withDatabase } from '../../database.ts';
import { NOW, openService, type Service } from '../service.ts';

const database = withDatabase();
const JSON_TYPE = { 'content-type': 'application/json' };
let streams = 0;

function events(n: number, fields: object = {}): object[] {
  const endpoint = `POST /ingest/${++streams}`;
  return Array.from({ length: n }, (_, i) => ({ ts: NOW - i, service: 'http', endpoint, ...fields }));
}

function post({ app }: Service, payload: Buffer | string | object[], headers: Record<string, string> = JSON_TYPE) {
  const body = Array.isArray(payload) ? JSON.stringify(payload) : payload;
  return app.inject({ method: 'POST', url: '/v1/ingest', headers, payload: body });
}

describe('POST /v1/ingest', () => {
  it('answers as the contract says', async () => {
    const answer = await post(openService(database()), [...events(2), { service: 1 }]);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(answer.json()).toEqual({
      accepted: 2,
      rejected: 1,
      duplicates: 0,
      errors: [{ index: 2, code: 'invalid_ts', message: 'ts is required' }],
    });
  });

  it('takes NDJSON and gzip, also together', async () => {
    const service = openService(database());
    const lines = (list: object[]): string => list.map((event) => JSON.stringify(event)).join('\n');
    const ndjson = { 'content-type': 'application/x-ndjson' };
    const gzip = { 'content-encoding': 'gzip' };
    const answers = [
      await post(service, lines(events(3)), ndjson),
      await post(service, gzipSync(JSON.stringify(events(3))), { ...JSON_TYPE, ...gzip }),
      await post(service, gzipSync(lines(events(3))), {
        'content-type': 'application/x-ndjson; charset=utf-8',
        ...gzip,
      }),
    ];
    expect(answers.map((answer) => answer.json().accepted)).toEqual([3, 3, 3]);
  });

  it('strict is all or nothing', async () => {
    const service = openService(database());
    const headers = { ...JSON_TYPE, prefer: 'return=minimal, handling=strict' };
    const good = events(2);
    const answer = await post(service, [...good, {}], headers);
    expect([answer.statusCode, answer.json().errors]).toMatchObject([400, [{ path: '/2' }]]);
    expect((await post(service, good, headers)).json()).toMatchObject({ accepted: 2, duplicates: 0 });
  });

  it('sent again with its key: the first answer, marked as a replay', async () => {
    const service = openService(database());
    const headers = { ...JSON_TYPE, 'idempotency-key': `http-${++streams}` };
    const batch = events(2);
    const [first, again] = [await post(service, batch, headers), await post(service, batch, headers)];
    expect(again.json()).toEqual(first.json());
    expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
    expect((await post(service, events(1), headers)).statusCode).toBe(422);
  });

  it('counts what it took on the metrics page', async () => {
    const service = openService(database());
    await post(service, [...events(5), {}]);
    const { payload } = await service.app.inject('/metrics');
    expect(payload).toMatch(/^plumbline_events_accepted_total 5$/m);
    expect(payload).toMatch(/^plumbline_events_rejected_total\{code="invalid_ts"\} 1$/m);
    expect(payload).toMatch(/^plumbline_ingest_bytes_in_flight 0$/m);
  });
});

describe('is refused, and the next batch is taken', () => {
  const MIB = 1024 * 1024;
  const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  it.each<[string, Buffer | string, Record<string, string>, number, string]>([
    ['not JSON', '[{', JSON_TYPE, 400, 'invalid_json'],
    ['an object', '{}', JSON_TYPE, 400, 'invalid_batch'],
    ['nothing at all', '', JSON_TYPE, 400, 'invalid_json'],
    ['[]', '[]', JSON_TYPE, 400, 'invalid_batch'],
    ['bytes that are not UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), JSON_TYPE, 400, 'invalid_json'],
    ['17 MiB', `["${'x'.repeat(17 * MIB)}"]`, JSON_TYPE, 413, 'too_large'],
    ['a gzip bomb', gzipSync(Buffer.alloc(64 * MIB, 0x20)), gzip, 413, 'too_large'],
    ['broken gzip', Buffer.from('[]'), gzip, 400, 'invalid_json'],
    ['another encoding', '[]', { ...JSON_TYPE, 'content-encoding': 'br' }, 415, 'unsupported_media_type'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['a text', '[]', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['nested 100,000 deep', `[${'['.repeat(100_000)}${']'.repeat(100_000)}]`, JSON_TYPE, 400, 'invalid_batch'],
    ['a key of 256 characters', '[]', { ...JSON_TYPE, 'idempotency-key': 'k'.repeat(256) }, 400, 'invalid_request'],
  ])('%s', async (_, payload, headers, status, code) => {
    const service = openService(database());
    const answer = await post(service, payload, headers);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(answer.json()).toMatchObject({ code, detail: expect.any(String) });
    expect((await post(service, events(1))).statusCode).toBe(200);
  });

  it('more bytes in flight than the budget: 503 with Retry-After, and room again when the first is done', async () => {
    const service = openService(database(), { INGEST_BUDGET_BYTES: '1000' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(service, events(10))));
    const refused = answers.filter((answer) => answer.statusCode === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(5);
    for (const answer of refused) {
      expect([answer.json().code, answer.headers['retry-after']]).toEqual(['overloaded', '1']);
    }
    expect((await post(service, events(10))).statusCode).toBe(200);
  });

  it('one poisoned event of every kind leaves the next report right', async () => {
    const service = openService(database());
    const batch = events(60, { request: { body: { amount: 10 } }, response: { status: 200, duration_ms: 5 } });
    const { service: name, endpoint } = batch[0] as { service: string; endpoint: string };
    await post(service, batch);
    const query = `service=${name}&endpoint=${encodeURIComponent(endpoint)}`;
    const made = await service.app.inject({
      method: 'POST',
      url: '/v1/baselines',
      payload: { service: name, endpoint },
    });
    // The directory for baseline files of this service cannot be written, which is logged and loses nothing.
    expect([made.statusCode, made.json().warnings]).toEqual([201, [expect.stringContaining('BASELINES_DIR')]]);
    const poison = ['"request":"x"', '"a":"\\u0000"', '"a":1e400', '"a":"\\ud800"', '"__proto__":{"ts":1}', '"host":7'];
    for (const part of poison) {
      await post(service, `[{"ts":${NOW},"service":"${name}","endpoint":"${endpoint}",${part}}]`);
    }
    const report = await service.app.inject(`/reports/latest?${query}`);
    expect(report.statusCode).toBe(200);
    expect(report.json().samples).toBe(61);
    expect((await service.app.inject(`/v1/events?${query}`)).json().events).toHaveLength(61);
  });
});
