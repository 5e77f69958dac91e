import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { ingestSignals } from '../../../src/services/sources/ingest-signals.ts';
import { findFetch } from '../../../src/store/coherence.ts';
import { listEvents } from '../../../src/store/events.ts';
import { findStream, listFeaturePaths } from '../../../src/store/streams.ts';
import { withDatabase } from '../../database.ts';
import { openCoherence, recordsOf, type TestCoherence, writeMock } from '../coherence/service.ts';
import { NOW_MS } from '../ingest/service.ts';
import { openUpstream } from './receiver.ts';

const db = withDatabase();
const LAST_YEAR = Date.UTC(2025, 0, 1);

async function withMock(records: unknown, env: Record<string, string> = {}): Promise<TestCoherence> {
  const plain = await openCoherence(db(), env);
  const MOCK_PATH = await writeMock(plain.directory, records);
  return { ...plain, config: { ...plain.config, MOCK_PATH } };
}

async function stored() {
  const stream = await findStream(db(), 'darshan', 'signals/summary');
  if (stream === undefined) return { events: [], paths: [] };
  const { events } = await listEvents(db(), { streamId: stream.id, limit: 5_000 });
  return { events: events.map((text) => JSON.parse(text)), paths: await listFeaturePaths(db(), stream.id) };
}

describe('mock', () => {
  it('shifts the times of the file to now, and stores nothing twice', async () => {
    const context = await withMock({ data: recordsOf('a', [87.2, 85.5, 84.9], LAST_YEAR) });
    const first = await ingestSignals(context);
    expect(first).toMatchObject({ ok: true, records: 3, pages_fetched: 1, retries: 0, accepted: 3, duplicates: 0 });
    const { events } = await stored();
    expect(events.map(({ ts }) => Date.parse(ts))).toEqual([NOW_MS - 2 * MINUTE_MS, NOW_MS - MINUTE_MS, NOW_MS]);
    expect(events[0]).toMatchObject({
      signal_id: 'a',
      coherenceScore: 87.2,
      eventCount: 3,
      agentStates: { mood: 'calm' },
      signals: { a: 87.2 },
      service: 'darshan',
      endpoint: 'signals/summary',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    context.clock.set(NOW_MS + 5 * HOUR_MS);
    expect(await ingestSignals(context)).toMatchObject({ records: 3, accepted: 0, duplicates: 3 });
    expect((await stored()).events).toHaveLength(3);
  });

  it('accepts a record that has only time, signal and score', async () => {
    const context = await withMock([{ timestamp: '2025-01-01T00:00:00Z', signal_id: 'bare', coherenceScore: 80 }]);
    expect(await ingestSignals(context)).toMatchObject({ records: 1, invalid: 0, accepted: 1 });
  });

  it('reports in the status when no record can be read', async () => {
    const context = await withMock([{ signal_id: 'a' }, 5]);
    expect(await ingestSignals(context)).toMatchObject({ records: 0, invalid: 2 });
    expect((await findFetch(db(), 'mock'))?.error).toMatch(/None of 2 records can be read: each needs timestamp/);
  });

  it('shifts the file to now again when every window would be empty', async () => {
    const context = await withMock(recordsOf('a', [1, 2], LAST_YEAR), { DEFAULT_WINDOWS: '2h' });
    await ingestSignals(context);
    context.clock.set(NOW_MS + 2 * HOUR_MS);
    expect(await ingestSignals(context)).toMatchObject({ accepted: 2 });
    expect((await stored()).events.map(({ ts }) => Date.parse(ts))).toContain(NOW_MS + 2 * HOUR_MS);
  });

  it('names the setting that is missing or wrong, and records the failure', async () => {
    const nowhere = await openCoherence(db());
    await expect(ingestSignals(nowhere)).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('MOCK_PATH'),
    });
    expect(await findFetch(db(), 'mock')).toMatchObject({ ok: false, error: expect.stringContaining('MOCK_PATH') });
    const noLive = await openCoherence(db(), { DARSHAN_MODE: 'live' });
    await expect(ingestSignals(noLive)).rejects.toThrow('DARSHAN_BASE_URL');
    const noFile = await openCoherence(db(), { MOCK_PATH: '/nowhere/signals.json' });
    await expect(ingestSignals(noFile)).rejects.toThrow('cannot be read (ENOENT)');
    await expect(ingestSignals(await withMock('text'))).rejects.toThrow('must be JSON');
  });

  it('accepts an empty file, and skips invalid records', async () => {
    expect(await ingestSignals(await withMock([]))).toMatchObject({ records: 0, accepted: 0 });
    expect(await findFetch(db(), 'mock')).toMatchObject({ ok: true, newestMs: null });
    const context = await withMock([{}, ...recordsOf('a', [1], LAST_YEAR)]);
    expect(await ingestSignals(context)).toMatchObject({ records: 1, invalid: 1 });
    expect(context.logged).toHaveLength(1);
  });
});

describe('live', () => {
  const live = (url: string, env: Record<string, string> = {}) =>
    openCoherence(db(), { DARSHAN_MODE: 'live', DARSHAN_BASE_URL: url, ...env });

  it('requests records from the newest one on, with an overlap, and stores the new ones', async () => {
    const known = recordsOf('a', [1, 2, 3], NOW_MS - 10 * MINUTE_MS);
    const fresh = recordsOf('a', [4], NOW_MS - 5 * MINUTE_MS);
    const upstream = await openUpstream({ body: { data: known } }, { body: { data: [...known, ...fresh] } });
    const context = await live(upstream.url);
    expect(await ingestSignals(context)).toMatchObject({ records: 3, accepted: 3 });
    expect(await ingestSignals(context)).toMatchObject({ records: 4, accepted: 1, duplicates: 3 });
    const starts = upstream.asked.map(({ url }) => Date.parse(url.searchParams.get('start_ts') ?? ''));
    expect(starts).toEqual([NOW_MS - 24 * HOUR_MS, NOW_MS - 10 * MINUTE_MS - HOUR_MS]);
  });

  it('keeps records from before a failure, requests them again, and writes the key to neither log nor database', async () => {
    const records = recordsOf('a', [1, 2], NOW_MS - MINUTE_MS);
    const upstream = await openUpstream({ body: { data: records, next_page: 2 } }, { status: 500 });
    const context = await live(upstream.url, { DARSHAN_API_KEY: 'top-secret' });
    await expect(ingestSignals(context)).rejects.toMatchObject({ code: 'upstream_unavailable', status: 503 });
    expect((await stored()).events).toHaveLength(2);
    const fetch = await findFetch(db(), 'live');
    expect(fetch).toMatchObject({ ok: false, records: 2, pages: 1, retries: 2, newestMs: null });
    expect(fetch?.error).toContain('HTTP 500 (3 tries)');
    expect(context.waits).toEqual([500, 1000]);
    expect(JSON.stringify([fetch, context.logged])).not.toContain('top-secret');
  });

  it('continues after records that are too old or in the future', async () => {
    const old = recordsOf('a', [1], LAST_YEAR);
    const future = recordsOf('a', [1], NOW_MS + 24 * HOUR_MS);
    const upstream = await openUpstream({ body: { data: [...old, ...future] } }, { body: { data: [] } });
    const context = await live(upstream.url);
    expect(await ingestSignals(context)).toMatchObject({ records: 2, accepted: 0, rejected: 2 });
    expect((await findFetch(db(), 'live'))?.newestMs).toBe(NOW_MS);
  });

  it('reports when there are more pages than it reads', async () => {
    let n = 0;
    const upstream = await openUpstream(() => ({ body: { data: [], next_page: ++n } }));
    const context = await live(upstream.url);
    expect(await ingestSignals(context)).toMatchObject({ pages_fetched: 100 });
    expect(context.logged.join()).toContain('more than 100 pages');
  });
});

describe('features', () => {
  it('makes a feature for each of 400 signals, and stores the others without', async () => {
    const records = Array.from({ length: 450 }, (_, i) => recordsOf(`s.${i}`, [i], LAST_YEAR)).flat();
    expect(await ingestSignals(await withMock(records))).toMatchObject({ accepted: 450, rejected: 0 });
    const { events, paths } = await stored();
    expect(events.filter(({ signals }) => signals !== undefined)).toHaveLength(400);
    expect(paths.filter((path) => path.startsWith('signals'))).toHaveLength(400);
    expect(paths).toContain('signals["s.0"]');
  });

  it('stores states that are wide, deep or always new as text, so that no record is refused', async () => {
    const wide = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`agent ${i}`, 'up']));
    let deep: object = { x: 1 };
    for (let i = 0; i < 40; i++) deep = { deep };
    const states = [wide, deep, ...Array.from({ length: 60 }, (_, i) => ({ [`new ${i}`]: 1 })), [1, 2, 3], 'up', null];
    const records = states.map((agentStates, i) => ({
      timestamp: LAST_YEAR + i * 1000,
      signal_id: 'a',
      coherenceScore: 1,
      agentStates,
      region: { [`r${i}`]: 1 },
    }));
    expect(await ingestSignals(await withMock(records))).toMatchObject({ accepted: 65, rejected: 0, invalid: 0 });
    const { events, paths } = await stored();
    expect(paths.length).toBeLessThan(100);
    expect(JSON.parse(events[0].agentStates)).toEqual(wide);
    expect(JSON.parse(events[1].agentStates)).toEqual(deep);
    expect(events[2]).toMatchObject({ agentStates: { 'new 0': 1 }, more: { region: { r2: 1 } } });
    expect(JSON.parse(events[60].agentStates)).toEqual({ 'new 58': 1 });
    expect(JSON.parse(events[60].more)).toEqual({ region: { r60: 1 } });
    expect(events[64].agentStates).toBeUndefined();
  });

  it('accepts unusual names of signals', async () => {
    const names = ['__proto__', 'constructor', 'a["b"]', 'ünï', ' '];
    const records = names.flatMap((name) => recordsOf(name, [1], LAST_YEAR));
    expect(await ingestSignals(await withMock(records))).toMatchObject({ accepted: 5 });
    expect((await stored()).paths.filter((path) => path.startsWith('signals'))).toHaveLength(5);
  });
});
