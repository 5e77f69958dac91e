import { AppError } from '../../core/errors.ts';
import type { Evaluation } from '../../core/evaluation/evaluation.ts';
import type { MonitorSpec } from '../../core/monitor/monitor-spec.ts';
import type { RunStatus } from '../../core/monitor/run-status.ts';
import { dueSlots, nextSlot } from '../../core/time/schedule.ts';
import { floorTo, MINUTE_MS } from '../../core/time/window.ts';
import type { Queryable } from '../../store/database.ts';
import { readDatabaseTime } from '../../store/database-time.ts';
import { hasRun, insertRun } from '../../store/monitor-runs.ts';
import { type ClaimedMonitor, completeRun } from '../../store/monitors.ts';
import { type ReportInsert, saveReport } from '../../store/reports.ts';
import type { EvaluationContext } from '../evaluation/context.ts';
import { compareWindow } from '../evaluation/evaluate-window.ts';
import { assertNotEmpty, loadReference } from '../evaluation/reference.ts';
import { type SteppedIncident, stepIncidents, type WatchedMonitor } from '../incidents/step-incidents.ts';
import type { MonitorContext } from './context.ts';

/** A slot later than this has been missed; `catchup: none` lets it go. */
const MISSED_AFTER_MS = MINUTE_MS;

interface RunPlan {
  /** Undefined: nothing is to be run now. */
  readonly slotMs: number | undefined;
  readonly skipped: { readonly fromMs: number; readonly slots: number } | undefined;
  readonly nextSlotMs: number;
}

/** Which of the slots that are due is run, and which are let go. Pure. */
export function planRun(spec: MonitorSpec, firstMs: number, nowMs: number): RunPlan {
  const { schedule, catchup, delayMs } = spec;
  if (catchup === 'all') return { slotMs: firstMs, skipped: undefined, nextSlotMs: nextSlot(schedule, firstMs) };
  const { lastMs, count } = dueSlots(schedule, firstMs, nowMs - delayMs);
  const isMissed = catchup === 'none' && nowMs - delayMs - lastMs > MISSED_AFTER_MS;
  const slots = isMissed ? count : count - 1;
  return {
    slotMs: isMissed ? undefined : lastMs,
    skipped: slots === 0 ? undefined : { fromMs: firstMs, slots },
    nextSlotMs: nextSlot(schedule, lastMs),
  };
}

export type RunOutcome =
  /** Another process took over the run, and its result counts. */
  | { readonly status: 'lost' }
  | { readonly status: 'skipped' }
  | {
      readonly status: Exclude<RunStatus, 'skipped'>;
      readonly slotMs: number;
      readonly evaluation: Evaluation | undefined;
      readonly failure: string | undefined;
      readonly changed: readonly SteppedIncident[];
      /** Something waits in the outbox. */
      readonly hasNotified: boolean;
    };

/** Runs the due slot of a claimed monitor: evaluates its window, then report, run, incidents and notifications commit together, once. */
export async function runMonitor(
  context: MonitorContext,
  claim: ClaimedMonitor,
  spec: MonitorSpec,
): Promise<RunOutcome> {
  const plan = planRun(spec, claim.nextSlotMs, claim.nowMs);
  const { slotMs } = plan;
  const evaluated =
    slotMs === undefined ? undefined : await evaluateRun(context, { ...claim, spec }, slotMs, claim.nowMs);
  try {
    return await context.db.transaction(async (tx): Promise<RunOutcome> => {
      // One that has much to make up for goes to the end of the queue after each run.
      const next = { slotMs: plan.nextSlotMs, dueAtMs: Math.max(plan.nextSlotMs + spec.delayMs, claim.nowMs) };
      if (!(await completeRun(tx, claim, next))) throw new LostClaim();
      const times = { startedAtMs: claim.nowMs, finishedAtMs: await readDatabaseTime(tx, context.clock) };
      if (plan.skipped !== undefined) {
        const reason = spec.catchup === 'none' ? 'missed; catchup is none' : 'missed; catchup is last';
        const { fromMs, slots } = plan.skipped;
        await insertRun(tx, claim, { slotMs: fromMs, slots, status: 'skipped', reason, reportId: null, ...times });
        context.metrics.skippedRuns(slots);
      }
      if (slotMs === undefined || evaluated === undefined) return { status: 'skipped' };
      // Somebody ran it by hand, or the monitor was set back to it: it counts once.
      if (await hasRun(tx, claim, slotMs)) return { status: 'skipped' };
      return commitRun(tx, context, { ...claim, spec }, { slotMs, evaluated, ...times });
    });
  } catch (error) {
    if (error instanceof LostClaim) return { status: 'lost' };
    throw error;
  }
}

/** Thrown inside the transaction, so that nothing of it stays. */
class LostClaim extends Error {}

/** The result of a run: a report to be stored, or the reason why none could be made. */
export type Evaluated =
  | { readonly row: ReportInsert; readonly failure?: undefined }
  | { readonly row?: undefined; readonly failure: string };

/** A refusal (no baseline, nothing to compare with) is an answer too: it will be the same in a minute. */
export async function evaluateRun(
  context: EvaluationContext,
  monitor: WatchedMonitor,
  slotMs: number,
  nowMs: number,
): Promise<Evaluated> {
  try {
    return { row: await compareRun(context, monitor, slotMs, nowMs) };
  } catch (error) {
    if (error instanceof AppError) return { failure: error.message };
    throw error;
  }
}

async function compareRun(
  context: EvaluationContext,
  { id, streamId, spec }: WatchedMonitor,
  slotMs: number,
  nowMs: number,
): Promise<ReportInsert> {
  const endMs = floorTo(slotMs, MINUTE_MS);
  const window = { startMs: endMs - spec.windowMs, endMs };
  const stream = { id: streamId, service: spec.service, endpoint: spec.endpoint };
  const reference = await loadReference(context, stream, spec.reference, window);
  assertNotEmpty(reference);
  const windowMinutes = spec.windowMs / MINUTE_MS;
  const comparison = { stream, window, windowMinutes, reference, settings: spec.compare, slo: spec.slo, nowMs };
  const evaluation = await compareWindow(context, comparison);
  return { streamId, baselineId: reference.baseline?.id ?? null, monitorId: id, evaluation };
}

/** A run that was evaluated, and when. */
export interface EvaluatedRun {
  readonly slotMs: number;
  readonly evaluated: Evaluated;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** Stores an evaluated run, and moves the monitor's incidents by it. */
export async function commitRun(
  tx: Queryable,
  context: MonitorContext,
  monitor: WatchedMonitor,
  { slotMs, evaluated, ...times }: EvaluatedRun,
): Promise<Extract<RunOutcome, { changed: unknown }>> {
  const { row, failure } = evaluated;
  const evaluation = row?.evaluation;
  const status = row === undefined ? 'failed' : 'done';
  const reportId = row === undefined ? null : (await saveReport(tx, row)).id;
  await insertRun(tx, monitor, { slotMs, slots: 1, status, reason: failure ?? null, reportId, ...times });
  const result = { slotMs: floorTo(slotMs, MINUTE_MS), nowMs: times.startedAtMs, evaluation, reportId, failure };
  const { changed, hasNotified } = await stepIncidents(tx, context, monitor, result);
  return { status, slotMs, evaluation, failure, changed, hasNotified };
}
