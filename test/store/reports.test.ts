import { expect, test } from 'vitest';
import { listReports, type ReportInsert, saveReport } from '../../src/store/reports.ts';
import { HOUR_MS } from '../../src/time/window.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeStream } from './make.ts';

const database = withDatabase();

function draft(streamId: number, hour: number, rest: Partial<ReportInsert> = {}): ReportInsert {
  const windowStartMs = DAY + hour * HOUR_MS;
  const body = JSON.stringify({ status: 'ok', hour });
  return {
    ...{ streamId, windowStartMs, windowEndMs: windowStartMs + HOUR_MS, policy: 'calibrated', baselineId: 1 },
    ...{ generatedAtMs: DAY + 1, status: 'ok', body },
    ...rest,
  };
}

test('the same question asked again replaces the answer', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const id = await saveReport(db, draft(streamId, 1));
  const again = draft(streamId, 1, { status: 'fail', body: '{"status":"fail"}', generatedAtMs: DAY + 2 });
  expect(await saveReport(db, again)).toBe(id);
  await saveReport(db, draft(streamId, 1, { policy: 'classic' }));
  const { reports } = await listReports(db, { streamId, limit: 10 });
  expect(reports).toHaveLength(2);
  expect(reports.find((report) => report.id === id)).toEqual({ ...again, id });
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
