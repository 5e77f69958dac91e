import { expect, test } from 'vitest';
import { HOUR_MS } from '../../src/core/time/window.ts';
import { listReports, type ReportInsert, saveReport } from '../../src/store/reports.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeStream } from './make.ts';

const database = withDatabase();

function draft(streamId: number, hour: number, rest: Partial<ReportInsert> = {}): ReportInsert {
  const windowStartMs = DAY + hour * HOUR_MS;
  const samples = rest.samples ?? 100;
  const body = JSON.stringify({ status: 'ok', hour, samples });
  return {
    ...{ streamId, windowStartMs, windowEndMs: windowStartMs + HOUR_MS, policy: 'calibrated', baselineId: 1 },
    ...{ generatedAtMs: DAY + 1, status: 'ok', body, monitorId: null, samples },
    ...rest,
  };
}

test('asked again while its window is open, a report is replaced', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const saved = await saveReport(db, draft(streamId, 1));
  const again = draft(streamId, 1, { status: 'fail', body: '{"status":"fail"}', generatedAtMs: DAY + 2 });
  expect(await saveReport(db, again)).toEqual(saved);
  await saveReport(db, draft(streamId, 1, { policy: 'classic' }));
  const { reports } = await listReports(db, { streamId, limit: 10 });
  expect(reports).toHaveLength(2);
  const { samples: _, ...row } = again;
  expect(reports.find((report) => report.id === saved.id)).toEqual({ ...row, id: saved.id, revision: 1 });
});

test('once its window is closed it stays, and late events make a further revision', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const closed = { generatedAtMs: DAY + 5 * HOUR_MS };
  const first = await saveReport(db, draft(streamId, 1, closed));
  expect(await saveReport(db, draft(streamId, 1, { ...closed, body: '{"samples":100,"other":true}' }))).toEqual(first);
  const second = await saveReport(db, draft(streamId, 1, { ...closed, samples: 120 }));
  expect(second).toEqual({ id: expect.any(Number), revision: 2 });
  const { reports } = await listReports(db, { streamId, limit: 10 });
  expect(reports.map(({ revision, body }) => [revision, JSON.parse(body).samples])).toEqual([
    [2, 120],
    [1, 100],
  ]);
  expect(reports.every(({ body }) => !body.includes('other'))).toBe(true);
});

test('a monitor has reports of its own, also without a baseline', async () => {
  const db = database();
  const streamId = await makeStream(db);
  await saveReport(db, draft(streamId, 1));
  await saveReport(db, draft(streamId, 1, { monitorId: 7, baselineId: null }));
  expect((await listReports(db, { streamId, monitorId: 7, limit: 10 })).reports).toHaveLength(1);
  expect((await listReports(db, { streamId, limit: 10 })).reports).toHaveLength(2);
});

test('pages are newest window first and hold each report once; bounds are on the end of the window', async () => {
  const db = database();
  const streamId = await makeStream(db);
  for (const hour of [2, 0, 1, 3]) await saveReport(db, draft(streamId, hour));
  const hours: number[] = [];
  let after: string | undefined;
  do {
    const page = await listReports(db, { streamId, limit: 3, after });
    hours.push(...page.reports.map((report) => (JSON.parse(report.body) as { hour: number }).hour));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(hours).toEqual([3, 2, 1, 0]);
  const bounded = await listReports(db, { streamId, fromMs: DAY + HOUR_MS, toMs: DAY + 3 * HOUR_MS, limit: 10 });
  expect(bounded.reports.map((report) => report.windowEndMs)).toEqual([DAY + 3 * HOUR_MS, DAY + 2 * HOUR_MS]);
});
