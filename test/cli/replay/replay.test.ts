import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/program.ts';
import { waitMs } from '../../../src/cli/replay/deliver.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { type StubService, startStubService } from './stub-service.ts';

let directory: string;
let service: StubService | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-replay-'));
});

afterEach(async () => {
  await service?.close();
  service = undefined;
  await rm(directory, { recursive: true, force: true });
});

const event = (i: number) =>
  `{"ts":"2026-01-01T00:00:${String(i % 60).padStart(2, '0')}Z","service":"s","endpoint":"e","n":${i}}`;
const lines = (count: number) => Array.from({ length: count }, (_, i) => event(i)).join('\n');

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function replay(path: string, ...options: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommand(['replay', path, '--api', service?.url ?? '', ...options], terminal);
  return { code, output: terminal.lines.join('\n'), errors: terminal.errors() };
}

describe('replay', () => {
  test('sends every line once, in batches, as it stands in the file', async () => {
    service = await startStubService();
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

  test('reads gzip, told by its bytes', async () => {
    service = await startStubService();
    expect((await replay(await file('e.ndjson', gzipSync(lines(3))))).code).toBe(0);
    expect(service.events().map(({ n }) => n)).toEqual([0, 1, 2]);
  });

  test('says when a gzip file is cut short, after sending what it holds', async () => {
    service = await startStubService();
    const cut = gzipSync(lines(20_000)).subarray(0, -200);
    const { code, errors } = await replay(await file('e.ndjson.gz', cut), '--batch', '100');
    expect(code).toBe(1);
    expect(errors).toMatch(/cannot be read to its end: unexpected end of file/);
    expect(service.events().length).toBeGreaterThan(0);
  });

  test('keeps text whole that a chunk of the file cuts in two', async () => {
    service = await startStubService();
    const names = Array.from({ length: 40_000 }, (_, i) => `${i}é€😀`);
    const content = names.map((name) => JSON.stringify({ ts: 1, service: 's', endpoint: 'e', name })).join('\r\n');
    await replay(await file('e.ndjson', content), '--connections', '1');
    expect(service.events().map(({ name }) => name)).toEqual(names);
  });

  test('counts lines that are no events, with their numbers, and goes on', async () => {
    service = await startStubService();
    const content = [event(1), '{"ts":', event(2), '[1]', event(3)].join('\n');
    const { code, output } = await replay(await file('e.ndjson', content));
    expect(output).toMatch(/not_json\s+2\s+first at line 2/);
    expect(service.events()).toHaveLength(3);
    expect(code).toBe(0);
  });

  test('groups refusals by code, with the line of the first, in either form of the answer', async () => {
    const refusals = [0, 2].map((index) => ({ index, code: 'ts_too_old', message: 'ts is older than the 30 days' }));
    service = await startStubService((events, call) =>
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

  test('--shift-to moves every event by one span, so that the last one is there', async () => {
    service = await startStubService();
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

  test('--shift-to now is now', async () => {
    service = await startStubService();
    const before = systemClock.now();
    await replay(await file('e.ndjson', event(1)), '--shift-to', 'now');
    const ts = Date.parse(String(service.events()[0]?.ts));
    expect(ts).toBeGreaterThanOrEqual(before);
    expect(ts).toBeLessThanOrEqual(systemClock.now());
  });

  test('sending a file twice sends the same keys, so that it is stored once', async () => {
    service = await startStubService();
    const path = await file('e.ndjson', lines(30));
    await replay(path, '--batch', '10');
    const { output } = await replay(path, '--batch', '10');
    expect(service.events()).toHaveLength(30);
    expect(output).toMatch(/30 of them had been sent before/);
  });

  test('other options are other requests', async () => {
    service = await startStubService();
    const path = await file('e.ndjson', '{"ts":1,"service":"s"}');
    await replay(path, '--endpoint', 'a');
    await replay(path, '--endpoint', 'b');
    expect(service.events().map(({ endpoint }) => endpoint)).toEqual(['a', 'b']);
  });

  test('a file whose text changed at the same size is another file', async () => {
    service = await startStubService();
    await replay(await file('e.ndjson', event(1)));
    await replay(await file('e.ndjson', event(2)));
    expect(service.events().map(({ n }) => n)).toEqual([1, 2]);
  });

  test('resumes after what was answered, with the same cuts and the same shift', async () => {
    service = await startStubService((_, call) =>
      call === 4 ? { status: 403, body: { detail: 'the key was revoked' } } : undefined,
    );
    const path = await file('e.ndjson', lines(95));
    const options = ['--batch', '10', '--connections', '1', '--shift-to', '2026-02-01T00:00:00Z'];
    const first = await replay(path, ...options);
    expect(first.code).toBe(1);
    expect(first.errors).toMatch(/the key was revoked/);
    expect(JSON.parse(await readFile(`${path}.replay.json`, 'utf8'))).toMatchObject({ lastLine: 30 });

    const second = await replay(path, '--batch', '10', '--connections', '1', '--resume');
    expect(second.code).toBe(0);
    expect(second.errors).toMatch(/continuing after line 30/);
    expect(service.batches).toHaveLength(4 + 7);
    expect(service.batches[4]?.headers['idempotency-key']).toBe(service.batches[3]?.headers['idempotency-key']);
    expect(service.batches[4]?.body).toBe(service.batches[3]?.body);
    expect(service.events().map(({ n }) => n)).toEqual(Array.from({ length: 95 }, (_, i) => i));
    await expect(readFile(`${path}.replay.json`)).rejects.toThrow(/ENOENT/);
  });

  test('does not resume into another service, nor with other options', async () => {
    service = await startStubService((_, call) => (call === 2 ? { status: 403, body: { detail: 'no' } } : undefined));
    const path = await file('e.ndjson', lines(30));
    await replay(path, '--batch', '10', '--connections', '1');
    const other = await replay(path, '--batch', '20', '--resume');
    expect(other.errors).toMatch(/belongs to another file, or to other options/);
    await service.close();
    service = await startStubService();
    expect((await replay(path, '--batch', '10', '--resume')).errors).toMatch(/belongs to a replay to http/);
    expect(service.batches).toHaveLength(0);
  });

  test('waits and sends again with the same key when the service is busy', async () => {
    service = await startStubService((_, call) =>
      call <= 2
        ? { status: call === 1 ? 503 : 429, headers: { 'retry-after': '0' }, body: { detail: 'busy' } }
        : undefined,
    );
    const { code, output } = await replay(await file('e.ndjson', lines(5)));
    expect(code).toBe(0);
    expect(output).toMatch(/5 accepted/);
    expect(new Set(service.batches.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(service.batches).toHaveLength(3);
  });

  test('sends again after a connection that broke', async () => {
    service = await startStubService((_, call) => (call === 1 ? 'hang up' : undefined));
    const { code, output } = await replay(await file('e.ndjson', lines(5)));
    expect(code).toBe(0);
    expect(output).toMatch(/5 accepted/);
    expect(service.batches).toHaveLength(2);
  });

  test('halves a batch that is too large, and refuses only the event that is', async () => {
    service = await startStubService((events) =>
      events.length > 2 || events.some(({ n }) => n === 3)
        ? { status: 413, body: { code: 'too_large', detail: 'too large' } }
        : undefined,
    );
    const { output } = await replay(await file('e.ndjson', lines(8)), '--connections', '1');
    expect(service.events().map(({ n }) => n)).toEqual([0, 1, 2, 4, 5, 6, 7]);
    expect(output).toMatch(/too_large\s+1\s+first at line 4/);
  });

  test('CSV: mapped, typed, with quoted line ends, other separators, and times without a zone', async () => {
    service = await startStubService();
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

  test('CSV: a row of another width is skipped with its line', async () => {
    service = await startStubService();
    const { output } = await replay(await file('e.csv', 'ts,service,endpoint\n1,s,e\n2,s\n3,s,e\n'));
    expect(output).toMatch(/not_csv\s+1\s+first at line 3/);
    expect(service.events().map(({ ts }) => ts)).toEqual([1, 3]);
  });

  test('access logs: events of --service', async () => {
    service = await startStubService();
    const log = '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /cart/42 HTTP/1.1" 200 5 "-" "curl"\nnonsense\n';
    const { output } = await replay(await file('access.log', log), '--service', 'shop');
    expect(service.events()).toMatchObject([{ service: 'shop', endpoint: 'GET /cart/:id', response: { status: 200 } }]);
    expect(output).toMatch(/not_a_log_line\s+1\s+first at line 2/);
  });
});

describe('replay says in one line', () => {
  test.each([
    ['a file that is not there', undefined, /there is no file/],
    ['an empty file', '', /is empty/],
    ['a JSON array', '[{"ts":1}]', /one JSON array/],
    ['a file of no known format', 'hello', /is not known; use --format/],
    ['a file without events', '{broken', /the file has no events/],
  ])('%s', async (_, content, expected) => {
    service = await startStubService();
    const path = content === undefined ? join(directory, 'none') : await file('some', content);
    const { code, errors } = await replay(path);
    expect(errors.trim().split('\n').at(-1)).toMatch(expected);
    expect(code).toBe(1);
  });

  test('that nothing answers', async () => {
    const terminal = fakeTerminal();
    const path = await file('e.ndjson', event(1));
    expect(await runCommand(['replay', path, '--api', 'http://127.0.0.1:9'], terminal)).toBe(1);
    expect(terminal.errors()).toMatch(
      /nothing answers at http:\/\/127.0.0.1:9; start it with `npm start` or pass --api|connection to .* failed/,
    );
  });
});

test('waitMs: what the service asks for, else twice as long each time, never over 15 s', () => {
  expect([1, 2, 3, 9].map((attempt) => waitMs(attempt, undefined))).toEqual([500, 1000, 2000, 15_000]);
  expect(waitMs(1, 2_000)).toBe(2000);
  expect(waitMs(3, 0)).toBe(0);
  expect(waitMs(1, 3_600_000)).toBe(15_000);
});
