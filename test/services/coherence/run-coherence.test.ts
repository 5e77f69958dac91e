import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { runCoherence } from '../../../src/services/coherence/run-coherence.ts';
import { runMaintenance } from '../../../src/services/maintenance/run-maintenance.ts';
import { findFetch, listHistory } from '../../../src/store/coherence.ts';
import { claimTask } from '../../../src/store/scheduled-tasks.ts';
import { withDatabase } from '../../database.ts';
import { NOW_MS } from '../ingest/service.ts';
import { openUpstream } from '../sources/receiver.ts';
import { openCoherence, recordsOf, type TestCoherence, writeMock } from './service.ts';

const db = withDatabase();

async function withSignals(env: Record<string, string> = {}): Promise<TestCoherence> {
  const plain = await openCoherence(db(), env);
  const MOCK_PATH = await writeMock(
    plain.directory,
    recordsOf('a', [87.2, 85.5, 84.9, 86.1, 88.0], NOW_MS - 400 * DAY_MS),
  );
  return { ...plain, config: { ...plain.config, MOCK_PATH } };
}

const incidentsOf = (context: TestCoherence) =>
  readdir(join(context.config.ARTIFACTS_DIR, 'incidents')).catch(() => []);

describe('claimTask', () => {
  it('is claimed by one of many, once in an interval', async () => {
    const { clock } = await openCoherence(db());
    const claim = () => claimTask(db(), clock, 'task', 5 * MINUTE_MS);
    const claims = await Promise.all([claim(), claim(), claim(), claim()]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    clock.set(NOW_MS + 5 * MINUTE_MS - 1);
    expect(await claim()).toBe(false);
    clock.set(NOW_MS + 5 * MINUTE_MS);
    expect((await Promise.all([claim(), claim()])).filter(Boolean)).toHaveLength(1);
    expect(await claimTask(db(), clock, 'another', 1)).toBe(true);
  });

  it('keeps its schedule when it is a little late, and restarts it after a long time', async () => {
    const { clock } = await openCoherence(db());
    const claimAt = (minutes: number) => {
      clock.set(NOW_MS + minutes * MINUTE_MS);
      return claimTask(db(), clock, 'task', 5 * MINUTE_MS);
    };
    const claims = [];
    for (const minutes of [0, 6, 9.9, 10, 31, 35.9, 36]) claims.push(await claimAt(minutes));
    expect(claims).toEqual([true, true, false, true, true, false, true]);
  });
});

describe('runCoherence', () => {
  it('fetches signals, and writes a row and a file for every window, on one replica only', async () => {
    const context = await withSignals();
    await Promise.all([runCoherence(context), runCoherence(context)]);
    const rows = await listHistory(db(), 10);
    expect(rows.map(({ windowSec }) => windowSec)).toEqual([86_400, 3_600]);
    expect(rows[0]).toMatchObject({ tsMs: NOW_MS, n: 5, driftRisk: 'low', source: 'mock' });
    expect(rows[0]?.mean).toBeCloseTo(86.34, 10);
    expect(rows[0]?.stdev).toBeCloseTo(1.258173, 6);
    expect(rows[0]?.requestId).toBe(rows[1]?.requestId);
    const names = (await incidentsOf(context)).sort();
    expect(names).toEqual(['incident_20260504T123030_1h.json', 'incident_20260504T123030_24h.json']);
    const file = JSON.parse(await readFile(join(context.config.ARTIFACTS_DIR, 'incidents', names[0] ?? ''), 'utf8'));
    expect(file).toMatchObject({
      window: '1h',
      assessment: [],
      without_alarm: [{ signal: 'a', level: 'UNKNOWN', details: { reason: 'no_baseline' } }],
    });
    context.clock.set(NOW_MS + 100 * DAY_MS);
    await runCoherence(context);
    await runMaintenance(context);
    expect((await listHistory(db(), 10)).map(({ tsMs }) => tsMs)).toEqual(Array(2).fill(NOW_MS + 100 * DAY_MS));
  });

  it('does nothing in mock mode without a file', async () => {
    const context = await openCoherence(db());
    await runCoherence(context);
    expect([await findFetch(db(), 'mock'), context.logged, await incidentsOf(context)]).toEqual([undefined, [], []]);
  });

  it('records a failure in the log and in the database, and does not throw', async () => {
    const upstream = await openUpstream({ status: 401 });
    const context = await openCoherence(db(), {
      DARSHAN_MODE: 'live',
      DARSHAN_BASE_URL: upstream.url,
      DARSHAN_API_KEY: 'top-secret',
    });
    await runCoherence(context);
    expect(context.logged.join()).toContain('HTTP 401');
    expect(context.logged.join()).not.toContain('top-secret');
    expect(await findFetch(db(), 'live')).toMatchObject({ ok: false, error: expect.stringContaining('HTTP 401') });
    expect([await listHistory(db(), 10), await incidentsOf(context)]).toEqual([[], []]);
  });

  it('continues when a file cannot be written or a window is empty', async () => {
    const context = await withSignals({ ARTIFACTS_DIR: '/dev/null/artifacts', DEFAULT_WINDOWS: '1h,24h' });
    await runCoherence(context);
    expect(await listHistory(db(), 10)).toHaveLength(2);
    expect(context.logged.filter((line) => line.includes('could not be stored'))).toHaveLength(2);
    const quiet = await openUpstream({ body: { data: [] } });
    const empty = await openCoherence(db(), { DARSHAN_MODE: 'live', DARSHAN_BASE_URL: quiet.url });
    await runCoherence(empty);
    expect([empty.logged, await incidentsOf(empty)]).toEqual([[], []]);
  });
});
