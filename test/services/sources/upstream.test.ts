import { describe, expect, it } from 'vitest';
import type { Traffic } from '../../../src/services/sources/request-page.ts';
import type { SignalRecord } from '../../../src/services/sources/signal-page.ts';
import { readPages } from '../../../src/services/sources/upstream.ts';
import { type Answer, openUpstream } from './receiver.ts';

const SPAN = { startMs: Date.UTC(2026, 0, 1), endMs: Date.UTC(2026, 0, 2) };
const KEY = 'very-secret-key';
const record = (signal: string, fields: object = {}) => ({
  timestamp: '2026-01-01T10:00:00Z',
  signal_id: signal,
  coherenceScore: 87.2,
  agentStates: {},
  eventCount: 1,
  ...fields,
});
const page = (signal: string, next_page: unknown = null): Answer => ({ body: { data: [record(signal)], next_page } });

async function readAll(baseUrl: string, options: { timeoutMs?: number; apiKey?: string } = {}) {
  const waits: number[] = [];
  const traffic: Traffic = { pages: 0, retries: 0 };
  const records: SignalRecord[] = [];
  let [invalid, failure] = [0, ''];
  const sleep = async (ms: number) => void waits.push(ms);
  const upstream = { baseUrl, apiKey: KEY, timeoutMs: 120_000, sleep, now: () => SPAN.endMs, ...options };
  try {
    for await (const read of readPages(upstream, SPAN, traffic)) {
      records.push(...read.records);
      invalid += read.invalid;
    }
  } catch (error) {
    failure = String(error);
    expect(JSON.stringify([error, String((error as Error).stack), (error as Error).cause])).not.toContain(KEY);
  }
  return { records, signals: records.map(({ signalId }) => signalId), invalid, failure, waits, ...traffic };
}

describe('pages', () => {
  it('requests the interval with the key, and follows tokens, numbers and addresses of the same origin', async () => {
    const upstream = await openUpstream(
      page('a', 'tok/en=='),
      page('b', 3),
      (origin) => page('c', `${origin}/elsewhere?page=4&cursor=x`),
      page('d', '/v1/signals/summary?page=5'),
      page('e', ''),
    );
    const read = await readAll(`${upstream.url}/v1/`);
    expect(read).toMatchObject({ signals: ['a', 'b', 'c', 'd', 'e'], pages: 5, retries: 0, failure: '' });
    expect(upstream.asked.map(({ url }) => url.searchParams.get('page'))).toEqual([null, 'tok/en==', '3', '4', '5']);
    for (const { url, key } of upstream.asked) {
      expect([url.pathname, key, url.searchParams.get('page_size')]).toEqual([
        '/v1/signals/summary',
        `Bearer ${KEY}`,
        '500',
      ]);
      expect(url.searchParams.get('start_ts')).toBe('2026-01-01T00:00:00.000Z');
      expect(url.searchParams.get('end_ts')).toBe('2026-01-02T00:00:00.000Z');
    }
    expect(upstream.asked[3]?.url.searchParams.get('cursor')).toBe('x');
  });

  it.each(['http://127.0.0.1:1/steal?page=2', '//evil.example/?page=2', 'ftp://evil.example/', 'javascript://x'])(
    'refuses a next_page elsewhere: %s',
    async (next) => {
      const upstream = await openUpstream(page('a', next));
      expect(await readAll(upstream.url)).toMatchObject({
        signals: ['a'],
        failure: expect.stringContaining('another origin'),
      });
      expect(upstream.asked).toHaveLength(1);
    },
  );

  it('fails when pages repeat, and stops after 100 pages', async () => {
    const circle = await openUpstream(page('a', 'x'), page('b', 'y'), page('c', 'x'));
    expect(await readAll(circle.url)).toMatchObject({ pages: 3, failure: expect.stringContaining('already read') });
    let n = 0;
    const endless = await openUpstream(() => page('a', ++n));
    expect(await readAll(endless.url)).toMatchObject({ pages: 100, failure: '' });
    expect(endless.asked).toHaveLength(100);
  });

  it('skips invalid records, keeps unknown fields, and reads a time without a zone as UTC', async () => {
    const wrong = [
      null,
      5,
      {},
      record(''),
      record('x'.repeat(201)),
      { ...record('a'), signal_id: 7 },
      ...['87', null, true].map((coherenceScore) => record('a', { coherenceScore })),
      ...['yesterday', null, '2026-02-30T00:00:00Z'].map((timestamp) => record('a', { timestamp })),
      record('a', { eventCount: 'many' }),
    ];
    const data = [record('a', { region: 'eu' }), ...wrong, record('b', { timestamp: '2026-01-01T10:00:00.25' })];
    const upstream = await openUpstream({ body: { data, took: 3 } });
    const read = await readAll(upstream.url);
    expect(read).toMatchObject({ signals: ['a', 'b'], invalid: wrong.length, failure: '' });
    expect(read.records[0]?.more).toEqual({ region: 'eu' });
    expect(read.records[1]?.ms).toBe(Date.UTC(2026, 0, 1, 10, 0, 0, 250));
  });

  it.each([
    ['[1', 'text'],
    ['{"data": 5}', 'form'],
    ['{"data": [], "next_page": {}}', 'form'],
    ['', 'nothing'],
  ])('refuses what is not a page, without another try: %s', async (body) => {
    const upstream = await openUpstream({ body });
    expect(await readAll(upstream.url)).toMatchObject({
      failure: expect.stringContaining('does not have the form'),
      retries: 0,
    });
    expect(upstream.asked).toHaveLength(1);
  });
});

describe('tries', () => {
  it.each([
    ['500', { status: 500 }],
    ['408', { status: 408 }],
    ['a broken connection', { breaks: true } as const],
  ])('recovers from %s', async (_, fault) => {
    const upstream = await openUpstream(fault, fault, page('a'));
    expect(await readAll(upstream.url)).toMatchObject({ signals: ['a'], retries: 2, pages: 1, waits: [500, 1000] });
  });

  it('tries each page at most three times', async () => {
    const upstream = await openUpstream(page('a', 2), { status: 503 }, { status: 503 }, { status: 503 });
    const read = await readAll(upstream.url);
    expect(read).toMatchObject({
      signals: ['a'],
      pages: 1,
      retries: 2,
      failure: expect.stringContaining('HTTP 503 (3 tries)'),
    });
    expect(upstream.asked).toHaveLength(4);
  });

  it.each([
    ['2', 2000],
    ['86400', 10_000],
    ['Fri, 02 Jan 2026 00:00:03 GMT', 3000],
    ['soon', 500],
    ['-5', 500],
  ])('waits as 429 says, within bounds: %s', async (after, wait) => {
    const upstream = await openUpstream({ status: 429, headers: { 'retry-after': after } }, page('a'));
    expect(await readAll(upstream.url)).toMatchObject({ signals: ['a'], waits: [wait] });
  });

  it.each([400, 401, 404])('does not retry after %i', async (status) => {
    const upstream = await openUpstream({ status, body: `the key ${KEY} is wrong` });
    expect(await readAll(upstream.url)).toMatchObject({
      failure: expect.stringContaining(`HTTP ${status}.`),
      waits: [],
    });
  });

  it('does not follow redirects', async () => {
    const elsewhere = await openUpstream(page('stolen'));
    const upstream = await openUpstream({ status: 302, headers: { location: elsewhere.url } });
    expect(await readAll(upstream.url)).toMatchObject({ signals: [], failure: expect.stringContaining('redirects') });
    expect(elsewhere.asked).toHaveLength(0);
  });

  it('fails on an answer over 16 MiB', async () => {
    const upstream = await openUpstream({ body: ' '.repeat(16 * 1024 * 1024 + 1) });
    expect(await readAll(upstream.url)).toMatchObject({ failure: expect.stringContaining('over 16 MiB'), retries: 0 });
  });

  it('gives a clear reason for a failure, without the key', async () => {
    const { failure, retries } = await readAll('http://127.0.0.1:1');
    expect(failure).toContain('http://127.0.0.1:1: connection');
    expect(retries).toBe(2);
    const slow = await openUpstream({ headers: { 'content-length': '50' }, body: '{}' });
    expect((await readAll(slow.url, { timeoutMs: 30 })).failure).toContain('no answer in time (3 tries)');
    expect((await readAll(slow.url, { apiKey: `${KEY}\nx` })).failure).toContain('characters');
    expect((await readAll(`http://user:${KEY}@127.0.0.1:1`)).failure).toContain('user name');
  });
});
