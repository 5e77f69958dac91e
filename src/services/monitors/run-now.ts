import { AppError } from '../../core/errors.ts';
import type { Evaluation } from '../../core/evaluation/evaluation.ts';
import type { IncidentState } from '../../core/incident/incident.ts';
import { decideNotification } from '../../core/incident/notification-policy.ts';
import { step } from '../../core/incident/step.ts';
import { readSpec } from '../../core/monitor/monitor-spec.ts';
import { floorTo, MINUTE_MS } from '../../core/time/window.ts';
import { readDatabaseTime } from '../../store/database-time.ts';
import { lockIncidents } from '../../store/incidents.ts';
import { hasRun } from '../../store/monitor-runs.ts';
import { lockMonitor, type StoredMonitor } from '../../store/monitors.ts';
import { findStream } from '../../store/streams.ts';
import {
  currentByGroup,
  openGroups,
  signalsOfResult,
  type WatchedMonitor,
  type WindowResult,
} from '../incidents/step-incidents.ts';
import { writeIncidentFiles } from '../incidents/write-incident-files.ts';
import { assertMonitors } from './check-monitors.ts';
import type { MonitorContext } from './context.ts';
import { assertOneStream } from './put-document.ts';
import { commitRun, type Evaluated, evaluateRun } from './run-monitor.ts';

/** What a run outside the schedule found, and what it did; in a dry run, what it would have done. */
export interface RunAnswer {
  readonly evaluation: Evaluation | undefined;
  /** Why there is none. */
  readonly failure: string | undefined;
  readonly changes: readonly {
    readonly incident: number | null;
    readonly group: string;
    readonly from: IncidentState | null;
    readonly to: IncidentState | null;
    readonly reason: string;
    /** In a dry run: whether people would be notified, and why. */
    readonly notification?: { readonly notify: boolean; readonly reason: string };
  }[];
}

/** Looks at the window that ends now, as a slot would, beside the schedule. */
export async function runNow(
  context: MonitorContext,
  monitor: Pick<StoredMonitor, 'id' | 'streamId' | 'name' | 'spec'>,
): Promise<RunAnswer> {
  const nowMs = await readDatabaseTime(context.db, context.clock);
  const watched = { id: monitor.id, streamId: monitor.streamId, spec: readSpec(monitor.spec) };
  const evaluated = await evaluateRun(context, watched, nowMs, nowMs);
  const times = { startedAtMs: nowMs, finishedAtMs: await readDatabaseTime(context.db, context.clock) };
  const end = await context.db.transaction(async (tx) => {
    if ((await lockMonitor(tx, monitor.id)) === undefined) {
      throw new AppError('monitor_not_found', `The monitor "${monitor.name}" has been deleted.`);
    }
    let slotMs = nowMs;
    while (await hasRun(tx, monitor, slotMs)) slotMs++;
    return commitRun(tx, context, watched, { slotMs, evaluated, ...times });
  });
  if (end.changed.length > 0) void writeIncidentFiles(context, monitor, end);
  if (end.hasNotified) context.notifySoon();
  const changes = end.changed.map(({ id, group, change }) => ({ incident: id, group, ...change }));
  return { evaluation: end.evaluation, failure: end.failure, changes };
}

/** What a new document would find now; nothing is stored. */
export async function tryDocument(context: MonitorContext, document: unknown): Promise<RunAnswer> {
  await assertMonitors(context, [document]);
  assertOneStream(document);
  const { service, endpoint } = readSpec(document);
  const stream = await findStream(context.db, service, endpoint);
  return tryMonitor(context, document, { id: 0, streamId: stream?.id ?? 0 });
}

/** The same without writing anything down. */
export async function tryMonitor(
  context: MonitorContext,
  document: unknown,
  ids: Omit<WatchedMonitor, 'spec'>,
): Promise<RunAnswer> {
  const nowMs = await readDatabaseTime(context.db, context.clock);
  const watched = { ...ids, spec: readSpec(document) };
  const evaluated = await evaluateRun(context, watched, nowMs, nowMs);
  const changes = await wouldChange(context, watched, evaluated, nowMs);
  return { evaluation: evaluated.row?.evaluation, failure: evaluated.failure, changes };
}

async function wouldChange(
  context: MonitorContext,
  { id, spec }: WatchedMonitor,
  evaluated: Evaluated,
  nowMs: number,
): Promise<RunAnswer['changes']> {
  const sinceMs = nowMs - spec.step.dedupWindowMs;
  const known = currentByGroup(await context.db.transaction((tx) => lockIncidents(tx, id, sinceMs)));
  const { row, failure } = evaluated;
  const slotMs = floorTo(nowMs, MINUTE_MS);
  const result: WindowResult = { slotMs, nowMs, evaluation: row?.evaluation, reportId: null, failure };
  return [...signalsOfResult(spec, result, openGroups(known))].flatMap(([group, signal]) => {
    const before = known.get(group);
    const { incident, change } = step(before?.incident, signal, spec.step);
    if (change === undefined) return [];
    const history = before ?? { acknowledgedAtMs: null, silencedUntilMs: null, lastNotification: null };
    const decision = incident && decideNotification(incident, history, spec.notificationPolicy, nowMs);
    return [{ incident: before?.id ?? null, group, ...change, ...(decision && { notification: decision }) }];
  });
}
