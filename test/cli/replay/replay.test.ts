import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/program.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { event, file, lines, pathOf, replay, setUpReplay, startService } from './harness.ts';

setUpReplay();

describe('replay', () => {
  test('sends every line once, in batches, unchanged', async () => {
    const service = await startService();
    const { code, output } = await replay(
      await file('e.ndjson', `${lines(25)}\n\n`),
      '--batch',
      '10',
      '--connections',
      '2',
    );
    expect(output).toMatch(/25 events.*25 accepted, 0 refused, 0 duplicates/);
    expect(code).toBe(0);
    expect(service.batches.map(({ body }) => body.split('\n').length).sort()).toEqual([10, 10, 5]);
    expect(service.batches.flatMap(({ body }) => body.split('\n')).sort()).toEqual(lines(25).split('\n').sort());
    expect(service.batches[0]?.headers['content-type']).toBe('application/x-ndjson');
  });

  test('detects gzip by its first bytes', async () => {
    const service = await startService();
    expect((await replay(await file('e.ndjson', gzipSync(lines(3))))).code).toBe(0);
    expect(service.events().map(({ n }) => n)).toEqual([0, 1, 2]);
  });

  test('reports an incomplete gzip file after sending its events', async () => {
    const service = await startService();
    const cut = gzipSync(lines(20_000)).subarray(0, -200);
    const { code, errors } = await replay(await file('e.ndjson.gz', cut), '--batch', '100');
    expect(code).toBe(2);
    expect(errors).toMatch(/cannot be read to its end: unexpected end of file/);
    expect(service.events().length).toBeGreaterThan(0);
  });

  test('keeps characters at the border of two chunks', async () => {
    const service = await startService();
    const names = Array.from({ length: 40_000 }, (_, i) => `${i}é€😀`);
    const content = names.map((name) => JSON.stringify({ ts: 1, service: 's', endpoint: 'e', name })).join('\r\n');
    await replay(await file('e.ndjson', content), '--connections', '1');
    expect(service.events().map(({ name }) => name)).toEqual(names);
  });

  test('counts lines that are not events, with their numbers, and continues', async () => {
    const service = await startService();
    const content = [event(1), '{"ts":', event(2), '[1]', event(3)].join('\n');
    const { code, output } = await replay(await file('e.ndjson', content));
    expect(output).toMatch(/not_json\s+2\s+first at line 2/);
    expect(service.events()).toHaveLength(3);
    expect(code).toBe(0);
  });

  test('groups refusals by code with the first line, for both forms of the answer', async () => {
    const refusals = [0, 2].map((index) => ({ index, code: 'ts_too_old', message: 'ts is older than the 30 days' }));
    await startService((events, call) =>
      call === 1
        ? { status: 200, body: { accepted: events.length - 2, rejected: 2, duplicates: 0, errors: refusals } }
        : {
            status: 400,
            body: {
              code: 'invalid_batch',
              detail: 'all bad',
              errors: [{ path: '/0', message: 'invalid_ts: no zone' }],
            },
          },
    );
    const { code, output } = await replay(await file('e.ndjson', lines(6)), '--batch', '5', '--connections', '1');
    expect(output).toMatch(/6 events.*3 accepted, 3 refused/);
    expect(output).toMatch(/ts_too_old\s+2\s+first at line 1: ts is older/);
    expect(output).toMatch(/invalid_ts\s+1\s+first at line 6: no zone/);
    expect(output).toMatch(/--shift-to now/);
    expect(code).toBe(0);
  });

  test('--shift-to shifts all events so that the last one has the given time', async () => {
    const service = await startService();
    const times = ['2026-01-01T00:00:00Z', '2026-01-01T02:00:00.5+01:00', '2026-01-01T00:30:00Z'];
    const content = [
      ...times.map((ts) => JSON.stringify({ ts, service: 's', endpoint: 'e' })),
      '{"ts":1767225601000,"service":"s","endpoint":"e"}',
    ];
    await replay(
      await file('e.ndjson', content.join('\n')),
      '--shift-to',
      '2026-03-01T12:00:00Z',
      '--connections',
      '1',
    );
    expect(service.events().map(({ ts }) => ts)).toEqual([
      '2026-03-01T10:59:59.500Z',
      '2026-03-01T12:00:00.000Z',
      '2026-03-01T11:29:59.500Z',
      Date.UTC(2026, 2, 1, 11, 0, 0, 500),
    ]);
  });

  test('--shift-to now shifts to the current time', async () => {
    const service = await startService();
    const before = systemClock.now();
    await replay(await file('e.ndjson', event(1)), '--shift-to', 'now');
    const ts = Date.parse(String(service.events()[0]?.ts));
    expect(ts).toBeGreaterThanOrEqual(before);
    expect(ts).toBeLessThanOrEqual(systemClock.now());
  });

  test('CSV: reads mapped and typed columns, quoted line breaks, other separators, and times without a time zone', async () => {
    const service = await startService();
    const content = 'when;kind;amount;note\n2026-01-01 00:00;7;1.5;"a\nb"\n2026-01-02;7;;x\n';
    const options = [
      '--map',
      'ts=when,service="shop",endpoint=kind,request.body.*=*',
      '--utc',
      '--shift-to',
      '2026-01-02T00:00:00Z',
    ];
    const { code } = await replay(await file('e.csv', content), ...options);
    expect(code).toBe(0);
    expect(service.events()).toEqual([
      {
        ts: '2026-01-01T00:00:00.000Z',
        service: 'shop',
        endpoint: '7',
        request: { body: { amount: 1.5, note: 'a\nb' } },
      },
      { ts: '2026-01-02T00:00:00.000Z', service: 'shop', endpoint: '7', request: { body: { note: 'x' } } },
    ]);
  });

  test('CSV: a row with a wrong number of cells is skipped', async () => {
    const service = await startService();
    const { output } = await replay(await file('e.csv', 'ts,service,endpoint\n1,s,e\n2,s\n3,s,e\n'));
    expect(output).toMatch(/not_csv\s+1\s+first at line 3/);
    expect(service.events().map(({ ts }) => ts)).toEqual([1, 3]);
  });

  test('access log: events of --service', async () => {
    const service = await startService();
    const log = '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /cart/42 HTTP/1.1" 200 5 "-" "curl"\nnonsense\n';
    const { output } = await replay(await file('access.log', log), '--service', 'shop');
    expect(service.events()).toMatchObject([{ service: 'shop', endpoint: 'GET /cart/:id', response: { status: 200 } }]);
    expect(output).toMatch(/not_a_log_line\s+1\s+first at line 2/);
  });
});

describe('replay reports in one line', () => {
  test.each([
    ['a file that is not there', undefined, /does not exist/],
    ['an empty file', '', /is empty/],
    ['a JSON array', '[{"ts":1}]', /one JSON array/],
    ['a file of no known format', 'hello', /is not known; use --format/],
    ['a file without events', '{broken', /the file has no events/],
  ])('%s', async (_, content, expected) => {
    await startService();
    const path = content === undefined ? pathOf('none') : await file('some', content);
    const { code, errors } = await replay(path);
    expect(errors.trim().split('\n').at(-1)).toMatch(expected);
    expect(code).toBe(2);
  });

  test('that nothing answers', async () => {
    const terminal = fakeTerminal();
    const path = await file('e.ndjson', event(1));
    expect(await runCommand(['replay', path, '--api', 'http://127.0.0.1:9'], terminal)).toBe(3);
    expect(terminal.errors()).toMatch(
      /nothing answers at http:\/\/127.0.0.1:9; start it with `npm start` or set --api|connection to .* failed/,
    );
  });
});
