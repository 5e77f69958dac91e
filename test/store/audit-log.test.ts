import { expect, test } from 'vitest';
import { HOUR_MS } from '../../src/core/time/window.ts';
import { addIncidentReport, findLastWindow } from '../../src/store/audit-log.ts';
import type { Database } from '../../src/store/database.ts';
import { saveReport } from '../../src/store/reports.ts';
import { evaluationOf, WINDOW } from '../core/incident/evaluations.ts';
import { withDatabase } from '../database.ts';
import { DAY, makeStream } from './make.ts';

const database = withDatabase();
const INCIDENT = 1;

/** A report as the release before wrote it. */
async function saveOld(db: Database, streamId: number, body: object): Promise<void> {
  const [start, end] = [DAY, DAY + HOUR_MS].map((ms) => new Date(ms).toISOString());
  const { rows } = await db.query<{ id: number }>(
    `insert into reports (stream_id, window_start, window_end, policy, generated_at, status, body)
     values ($1, $2, $3, 'calibrated', $3, 'fail', $4::json) returning id`,
    [streamId, start, end, JSON.stringify(body)],
  );
  await addIncidentReport(db, { streamId, id: INCIDENT }, rows[0]?.id ?? 0);
}

test('the last window is that of the last evaluation', async () => {
  const db = database();
  const streamId = await makeStream(db);
  expect(await findLastWindow(db, { streamId, id: INCIDENT })).toBeUndefined();
  const evaluation = evaluationOf({});
  const { id } = await saveReport(db, { streamId, baselineId: 3, monitorId: null, evaluation });
  await addIncidentReport(db, { streamId, id: INCIDENT }, id);
  expect(await findLastWindow(db, { streamId, id: INCIDENT })).toMatchObject({
    window: WINDOW,
    samples: 500,
    reference: { kind: 'baseline', baseline: { name: 'payments' } },
  });
});

const OLD_WINDOW = { window: { startMs: DAY, endMs: DAY + HOUR_MS }, samples: 42 };

test('where reports are from before evaluations were stored, it is read off their columns', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const baseline = { id: 3, name: 'payments', created_at: '2026-03-01T00:00:00.000Z' };
  await saveOld(db, streamId, { samples: 42, baseline, reference: { kind: 'baseline' } });
  expect(await findLastWindow(db, { streamId, id: INCIDENT })).toEqual({
    ...OLD_WINDOW,
    reference: {
      kind: 'baseline',
      baseline: { id: 3, name: 'payments', createdAtMs: Date.UTC(2026, 2, 1) },
      windows: [],
    },
  });
});

test('also where the reference was other windows', async () => {
  const db = database();
  const streamId = await makeStream(db);
  const windows = [{ start: '2026-02-22T00:00:00.000Z', end: '2026-02-22T01:00:00.000Z' }];
  await saveOld(db, streamId, { samples: 42, baseline: null, reference: { kind: 'same_hours', windows } });
  const startMs = Date.UTC(2026, 1, 22);
  expect(await findLastWindow(db, { streamId, id: INCIDENT })).toEqual({
    ...OLD_WINDOW,
    reference: { kind: 'same_hours', baseline: null, windows: [{ startMs, endMs: startMs + HOUR_MS }] },
  });
});
