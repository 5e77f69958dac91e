import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Booking, ByteBudget } from '../../../src/http/body/byte-budget.ts';
import { SlowBodies } from '../../../src/http/body/slow-bodies.ts';
import { withDatabase } from '../../database.ts';
import { NOW, openService, type Service } from '../service.ts';

const database = withDatabase();
const JSON_TYPE = { 'content-type': 'application/json' };
const GZIP = { ...JSON_TYPE, 'content-encoding': 'gzip' };
const event = (more = '') => `{"ts":${NOW},"service":"bodies","endpoint":"POST /"${more}}`;

function post({ app }: Service, url: string, payload: Buffer | string, headers: Record<string, string> = JSON_TYPE) {
  return app.inject({ method: 'POST', url, headers, payload });
}

describe('a small body that would become large objects', () => {
  it('of five million empty lists in one event is refused by index, and its neighbors are stored', async () => {
    const bomb = event(`,"a":[${'[],'.repeat(5_000_000)}[]]`);
    const answer = await post(openService(database()), '/v1/ingest', gzipSync(`[${event()},${bomb},${event()}]`), GZIP);
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      {
        accepted: 2,
        rejected: 1,
        duplicates: 0,
        errors: [{ index: 1, code: 'too_many_leaves', message: expect.any(String) }],
      },
    ]);
  });

  it('counts lists and objects as it counts numbers', async () => {
    const service = openService(database());
    for (const [value, n, status] of [
      ['[]', 20_000, 400],
      ['{}', 2_001, 400],
      ['1', 2_001, 400],
      ['[]', 900, 200],
    ] as const) {
      const answer = await post(service, '/v1/ingest', `[${event(`,"a":[${`${value},`.repeat(n)}${value}]`)}]`);
      expect(answer.statusCode, `${n} ${value}`).toBe(status);
      if (status === 400) expect(answer.json().errors[0].message).toMatch(/^too_many_leaves: /);
    }
  });

  it('is refused as a table, and in a file of a form', async () => {
    const service = openService(database(), { AUTH: 'off' });
    const lists = `[${'[],'.repeat(2_000_000)}[]]`;
    const table = await post(service, '/detect-drift', `{"reference_data":${lists},"production_data":[{"a":1}]}`);
    expect([table.statusCode, table.json().code]).toEqual([400, 'invalid_dataset']);
    const file = gzipSync(`{"a":${lists}}\n`);
    const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n`;
    const form = Buffer.concat([Buffer.from(part('reference')), file, Buffer.from('\r\n--b--\r\n')]);
    const answer = await post(service, '/detect-drift', form, { 'content-type': 'multipart/form-data; boundary=b' });
    expect([answer.statusCode, answer.json().detail]).toEqual([400, expect.stringContaining('more than 10000 values')]);
  });

  it('is refused by every other route', async () => {
    const service = openService(database(), { AUTH: 'off' });
    const wide = await post(service, '/v1/baselines', `{"a":[${'[],'.repeat(600_000)}[]]}`);
    expect([wide.statusCode, wide.json().code]).toEqual([413, 'too_large']);
    const deep = await post(service, '/v1/baselines', `{"a":${'['.repeat(65)}${']'.repeat(65)}}`);
    expect([deep.statusCode, deep.json().code]).toEqual([400, 'invalid_request']);
  });
});

describe('a batch of megabytes', () => {
  const fill = 'x'.repeat(1_500);
  const large = Array.from({ length: 2_000 }, (_, i) => event(`,"n":${i},"items":[{"a":1},{"a":2}],"note":"${fill}"`));

  it('is stored as one of kilobytes, as JSON and as NDJSON', async () => {
    const service = openService(database());
    const mixed = [...large, '5', event().replace('bodies', 'bodies two')];
    for (const [text, type] of [
      [`[${mixed.join(',')}]`, 'application/json'],
      [mixed.join('\n'), 'application/x-ndjson'],
    ] as const) {
      const answer = await post(service, '/v1/ingest', text, { 'content-type': type });
      expect(answer.json()).toMatchObject({
        accepted: 2_001,
        rejected: 1,
        errors: [{ index: 2_000, code: 'not_an_object' }],
      });
    }
    const { events } = (await service.app.inject('/v1/events?service=bodies&endpoint=POST%20/&limit=10000')).json();
    expect(events.filter(({ n }: { n?: number }) => n === 1_999)).toEqual([
      JSON.parse(large[1_999] as string),
      JSON.parse(large[1_999] as string),
    ]);
  });

  it('is refused as a whole when it is cut, or has too many events', async () => {
    const text = `[${large.join(',')}]`;
    expect((await post(openService(database()), '/v1/ingest', text.slice(0, -1))).json().code).toBe('invalid_json');
    const many = await post(openService(database(), { MAX_BATCH_EVENTS: '1999' }), '/v1/ingest', text);
    expect([many.json().code, many.json().detail]).toEqual([
      'invalid_batch',
      expect.stringContaining('more than 1999 events'),
    ]);
  });
});

describe('the budget', () => {
  it('books what has come and not what was announced', () => {
    const budget = new ByteBudget(100);
    const [first, second]: [Booking, Booking] = [budget.open(), budget.open()];
    first.take(60);
    expect(() => second.take(41)).toThrow('INGEST_BUDGET_BYTES');
    second.take(40);
    second.giveBack(10);
    first.take(10);
    second.release();
    // Alone it may have more than there is.
    first.take(1_000);
    expect(budget.inFlight).toBe(1_070);
    first.release();
    first.take(5);
    expect(budget.inFlight).toBe(0);
  });

  it('is shared by all routes with a body, and empty afterwards', async () => {
    const service = openService(database(), { AUTH: 'off', INGEST_BUDGET_BYTES: '100000' });
    const rows = JSON.stringify(Array.from({ length: 4_000 }, (_, n) => ({ n })));
    const tables = `{"reference_data":${rows},"production_data":${rows}}`;
    const answers = await Promise.all([1, 2, 3].map(() => post(service, '/detect-drift', tables)));
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toContain(503);
    for (const { statusCode, headers } of answers) if (statusCode === 503) expect(headers['retry-after']).toBe('1');
    expect((await post(service, '/detect-drift', tables)).statusCode).toBe(200);
    expect((await service.app.inject('/metrics')).payload).toMatch(/^plumbline_ingest_bytes_in_flight 0$/m);
  });

  it('is not held by uploads that announce much and send a byte', async () => {
    const service = openService(database());
    await service.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = service.app.server.address() as AddressInfo;
    const head =
      'POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 16777216\r\n\r\n[';
    const sockets = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        socket.write(head);
        return socket;
      }),
    );
    await vi.waitUntil(async () => (await service.app.inject('/metrics')).payload.includes('bytes_in_flight 8\n'));
    expect((await post(service, '/v1/ingest', `[${event()}]`)).statusCode).toBe(200);
    for (const socket of sockets) socket.destroy();
    await vi.waitUntil(async () => (await service.app.inject('/metrics')).payload.includes('bytes_in_flight 0\n'));
  });
});

it('a body is ended after ten seconds when it comes slower than a kilobyte a second, and no other', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const slow = new SlowBodies();
  const ended: string[] = [];
  const body = (name: string, arrived: () => number) => ({
    startedMs: performance.now(),
    get arrived() {
      return arrived();
    },
    end: ({ code }: { code: string }) => void ended.push(`${name} ${code}`),
  });
  let seconds = 0;
  slow.add(body('stalled', () => 1));
  slow.add(body('steady', () => seconds * 1_100));
  slow.add(body('fading', () => Math.min(seconds * 2_000, 24_000)));
  const gone = body('gone', () => 0);
  slow.add(gone);
  slow.delete(gone);
  const after = (until: number) => {
    while (seconds < until) {
      seconds++;
      vi.advanceTimersByTime(1_000);
    }
    return ended;
  };
  expect(after(9)).toEqual([]);
  expect(after(12)).toEqual(['stalled request_timeout']);
  expect(after(60)).toEqual(['stalled request_timeout', 'fading request_timeout']);
  slow.close();
});

it('a body that names no type is JSON for ingest and /detect-drift, and for no other route', async () => {
  const service = openService(database(), { AUTH: 'off' });
  expect((await post(service, '/v1/ingest', `[${event()}]`, {})).json()).toMatchObject({ accepted: 1 });
  const tables = '{"reference_data":[{"a":1}],"production_data":[{"a":2}]}';
  expect((await post(service, '/detect-drift', tables, {})).statusCode).toBe(200);
  expect((await post(service, '/v1/baselines', '{}', {})).statusCode).toBe(415);
});

it('100,000 rows of ten features are compared', async () => {
  const rows = (shift: number) =>
    Array.from({ length: 100_000 }, (_, i) =>
      Object.fromEntries(Array.from({ length: 10 }, (_, f) => [`f${f}`, ((i * (f + 7)) % 997) + shift])),
    );
  const payload = JSON.stringify({ reference_data: rows(0), production_data: rows(100) });
  const answer = await post(openService(database(), { AUTH: 'off' }), '/detect-drift', payload);
  expect([answer.statusCode, answer.json().features_with_drift?.length]).toEqual([200, 10]);
});

it('a form that is broken or cut anywhere is 400, with what to do', async () => {
  const service = openService(database(), { AUTH: 'off' });
  const csv = 'a,b\n1,2\n3,4\n';
  const part = (name: string) =>
    `--XX\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.csv"\r\nContent-Type: text/csv\r\n\r\n${csv}\r\n`;
  const whole = `${part('reference')}${part('production')}--XX--\r\n`;
  const type = { 'content-type': 'multipart/form-data; boundary=XX' };
  expect((await post(service, '/detect-drift', whole, type)).statusCode).toBe(200);
  const cuts = Array.from({ length: whole.length - 6 }, (_, i) => whole.slice(0, i + 1));
  for (const form of ['x', '--XX', '--YY--\r\n', ...cuts]) {
    const answer = await post(service, '/detect-drift', form, type);
    expect([answer.statusCode, answer.json().code], JSON.stringify(form.slice(-40))).toEqual([400, 'invalid_dataset']);
  }
  const unnamed = await post(service, '/detect-drift', whole, { 'content-type': 'multipart/form-data' });
  expect(unnamed.statusCode).toBe(400);
});
