import type { RunStatus } from '../core/monitor/run-status.ts';
import type { Queryable } from './database.ts';
import { type PageQuery, pagesBy } from './page.ts';
import { msOf, timestampParam } from './sql.ts';

export interface MonitorRun {
  readonly slotMs: number;
  /** How many slots in a row this row is about: more than one only where they were skipped. */
  readonly slots: number;
  readonly status: RunStatus;
  /** Why it failed or was skipped. */
  readonly reason: string | null;
  readonly reportId: number | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** False when the slot has a run already. Call it with the monitor locked: it remembers its last slot. */
export async function insertRun(
  tx: Queryable,
  monitor: { readonly id: number; readonly streamId: number },
  run: MonitorRun,
): Promise<boolean> {
  const sql = `insert into monitor_runs (stream_id, monitor_id, slot, slots, status, reason, report_id, started_at, finished_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`;
  const times = [run.startedAtMs, run.finishedAtMs].map(timestampParam);
  const { slots, status, reason, reportId } = run;
  const what = [monitor.streamId, monitor.id, timestampParam(run.slotMs), slots, status, reason, reportId];
  if ((await tx.query(sql, [...what, ...times])).rowCount === 0) return false;
  const seen = 'update monitors set last_slot = greatest(last_slot, $2) where id = $1';
  await tx.query(seen, [monitor.id, timestampParam(run.slotMs)]);
  return true;
}

export async function hasRun(
  tx: Queryable,
  monitor: { readonly id: number; readonly streamId: number },
  slotMs: number,
): Promise<boolean> {
  const sql = 'select 1 as found from monitor_runs where stream_id = $1 and monitor_id = $2 and slot = $3';
  return (await tx.query(sql, [monitor.streamId, monitor.id, timestampParam(slotMs)])).rows.length === 1;
}

const COLUMNS = `${msOf('slot')} as "slotMs", slots, status, reason, report_id as "reportId",
  ${msOf('started_at')} as "startedAtMs", ${msOf('finished_at')} as "finishedAtMs"`;

const BY_SLOT = pagesBy('slotMs');

/** Newest slot first. */
export async function listRuns(
  db: Queryable,
  monitor: { readonly id: number; readonly streamId: number },
  query: PageQuery,
): Promise<{ runs: MonitorRun[]; next: string | null }> {
  const before = BY_SLOT.start(query.after, { slotMs: Number.MAX_SAFE_INTEGER });
  const sql = `select ${COLUMNS} from monitor_runs where stream_id = $1 and monitor_id = $2 and slot < $3
    order by slot desc limit $4`;
  const params = [monitor.streamId, monitor.id, timestampParam(before.slotMs), query.limit + 1];
  const { rows } = await db.query<MonitorRun>(sql, params);
  const page = BY_SLOT.cut(rows, query.limit);
  return { runs: page.rows, next: page.next };
}

/** The newest run of each monitor that has any. */
export async function findLastRuns(
  db: Queryable,
  monitors: readonly { readonly id: number; readonly streamId: number; readonly lastSlotMs: number | null }[],
): Promise<Map<number, MonitorRun>> {
  const ran = monitors.filter(({ lastSlotMs }) => lastSlotMs !== null);
  if (ran.length === 0) return new Map();
  const sql = `select monitor_id as id, ${COLUMNS} from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) w (stream, monitor, last_slot)
    join monitor_runs r on r.stream_id = w.stream and r.monitor_id = w.monitor and r.slot = w.last_slot`;
  const slots = ran.map(({ lastSlotMs }) => timestampParam(lastSlotMs ?? 0));
  const params = [ran.map(({ streamId }) => streamId), ran.map(({ id }) => id), slots];
  const { rows } = await db.query<MonitorRun & { id: number }>(sql, params);
  return new Map(rows.map(({ id, ...run }) => [id, run]));
}

export async function dropRunsBefore(db: Queryable, ms: number): Promise<number> {
  return (await db.query('delete from monitor_runs where finished_at < $1', [timestampParam(ms)])).rowCount;
}
