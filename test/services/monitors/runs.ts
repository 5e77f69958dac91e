import { expect } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import { listRuns } from '../../../src/store/monitor-runs.ts';
import { findMonitor } from '../../../src/store/monitors.ts';
import { listReports } from '../../../src/store/reports.ts';
import { START, slotAt, type Watching } from './watching.ts';

/** A window of the monitor, and how often it is looked at. */
export const TEN = 10 * MINUTE_MS;

export async function monitorOf({ db }: Watching, name = 'payments') {
  const monitor = await findMonitor(db, name);
  if (monitor === undefined) throw new Error(`no monitor ${name}`);
  return monitor;
}

export async function runsOf({ db }: Watching, name = 'payments') {
  const monitor = await findMonitor(db, name);
  if (monitor === undefined) throw new Error(`no monitor ${name}`);
  return (await listRuns(db, monitor, { limit: 100 })).runs.reverse();
}

export async function revisionsOf(watching: Watching) {
  const { id, streamId } = await monitorOf(watching);
  const { reports } = await listReports(watching.db, { streamId, monitorId: id, limit: 100 });
  return reports.map(({ revision, evaluation }) => [revision, evaluation?.samples]).sort();
}

/** A second monitor, whose document then cannot be read; both have an open incident. */
export async function withUnreadable(watching: Watching) {
  const stream = { service: 'other', endpoint: 'GET /' };
  await watching.apply({ open_after: 1, repeat_interval: '20m' }, { name: 'bad', stream, open_after: 1 });
  await watching.pay(START, START + TEN, 300);
  await watching.runAt(slotAt(1));
  expect(watching.channel.sent.map(({ monitor }) => monitor).sort()).toEqual(['bad', 'payments']);
  await watching.db.query(`update monitors set spec = '{}' where name = 'bad'`);
}
