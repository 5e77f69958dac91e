import { expect, test } from 'vitest';
import type { Evaluation } from '../../src/core/evaluation/evaluation.ts';
import { HOUR_MS } from '../../src/core/time/window.ts';
import { listReports, type ReportInsert, saveReport } from '../../src/store/reports.ts';
import { evaluationOf } from '../core/incident/evaluations.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeStream } from './make.ts';

const database = withDatabase();

function draft(
  streamId: number,
  hour: number,
  rest: Partial<Evaluation> = {},
  monitorId: number | null = null,
): ReportInsert {
  const startMs = DAY + hour * HOUR_MS;
  const changed = { window: { startMs, endMs: startMs + HOUR_MS }, generatedAtMs: DAY + 1, samples: 100, ...rest };
  return { streamId, baselineId: monitorId === null ? 1 : null, monitorId, evaluation: evaluationOf({}, changed) };
}

test('asked again while its window is open, a report is replaced', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const saved = await saveReport(db, draft(streamId, 1));
  const again = draft(streamId, 1, { status: 'fail', generatedAtMs: DAY + 2 });
  expect(await saveReport(db, again)).toEqual(saved);
  await saveReport(db, draft(streamId, 1, { policy: 'classic' }));
  const { reports } = await listReports(db, { streamId, limit: 10 });
  expect(reports).toHaveLength(2);
  const { window, policy, generatedAtMs, status } = again.evaluation;
  expect(reports.find((report) => report.id === saved.id)).toEqual({
    ...again,
    policy,
    generatedAtMs,
    status,
    windowStartMs: window.startMs,
    windowEndMs: window.endMs,
    id: saved.id,
    revision: 1,
    body: null,
  });
});

test('once its window is closed it stays, and late events make a further revision', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const closed = { generatedAtMs: DAY + 5 * HOUR_MS };
  const first = await saveReport(db, draft(streamId, 1, closed));
  expect(await saveReport(db, draft(streamId, 1, { ...closed, addedFeatures: ['other'] }))).toEqual(first);
  const second = await saveReport(db, draft(streamId, 1, { ...closed, samples: 120 }));
  expect(second).toEqual({ id: expect.any(Number), revision: 2 });
  const { reports } = await listReports(db, { streamId, limit: 10 });
  expect(reports.map(({ revision, evaluation }) => [revision, evaluation?.samples])).toEqual([
    [2, 120],
    [1, 100],
  ]);
  expect(reports.every(({ evaluation }) => evaluation?.addedFeatures.length === 0)).toBe(true);
});

test('a monitor has reports of its own, also without a baseline', async () => {
  const db = database();
  const streamId = await makeStream(db);
  await saveReport(db, draft(streamId, 1));
  await saveReport(db, draft(streamId, 1, {}, 7));
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
    hours.push(...page.reports.map((report) => (report.windowStartMs - DAY) / HOUR_MS));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(hours).toEqual([3, 2, 1, 0]);
  const bounded = await listReports(db, { streamId, fromMs: DAY + HOUR_MS, toMs: DAY + 3 * HOUR_MS, limit: 10 });
  expect(bounded.reports.map((report) => report.windowEndMs)).toEqual([DAY + 3 * HOUR_MS, DAY + 2 * HOUR_MS]);
});

test('a report of before evaluations were stored keeps its text, and is replaced while its window is open', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const body = '{"status":"ok", "samples":7,"odd":1e2}';
  await db.query(
    `insert into reports (stream_id, window_start, window_end, policy, baseline_id, generated_at, status, body)
     values ($1, $2, $3, 'calibrated', 1, $2, 'ok', $4::json)`,
    [streamId, new Date(DAY).toISOString(), new Date(DAY + HOUR_MS).toISOString(), body],
  );
  const stored = async () => (await listReports(db, { streamId, limit: 10 })).reports;
  expect(await stored()).toMatchObject([{ evaluation: null, body, windowStartMs: DAY, revision: 1 }]);
  await saveReport(db, draft(streamId, 0));
  expect(await stored()).toMatchObject([{ evaluation: { samples: 100 }, body: null, revision: 1 }]);
});
