import { AppError } from '../../core/errors.ts';
import { reasonOf } from '../../core/format/reason-of.ts';
import { findSpec } from '../../core/monitor/monitor-spec.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import { findBaseline } from '../../store/baselines.ts';
import { type LateMinutes, listLateMinutes, takeLateMinutes } from '../../store/late-minutes.ts';
import { findMonitorById } from '../../store/monitors.ts';
import { listRevisable, type ReportInsert, type RevisableReport, saveReport } from '../../store/reports.ts';
import { findStreamById, type Stream } from '../../store/streams.ts';
import type { EvaluationContext } from '../evaluation/context.ts';
import { compareWindow } from '../evaluation/evaluate-window.ts';
import { loadWindow } from '../evaluation/load-window.ts';
import { loadBaselineReference, loadReference } from '../evaluation/reference.ts';
import type { MonitorContext } from './context.ts';

/**
 * Evaluates windows again that got events after their report was made. Each gets a further revision, and the old one stays. Late events change
 * reports, never incidents: a notification was true of what was known.
 *
 * @returns how many revisions were written
 */
export async function reviseReports(context: MonitorContext): Promise<number> {
  let revised = 0;
  for (const late of await listLateMinutes(context.db, context.clock.now() - SETTLED_MS)) {
    try {
      const stream = await findStreamById(context.db, late.streamId);
      if (stream !== undefined) revised += await reviseStream(context, stream, late);
      await takeLateMinutes(context.db, late);
    } catch (error) {
      // Its minutes stay, and are looked at again; other streams go on.
      context.log.warn({ stream: late.streamId, reason: reasonOf(error) }, 'reports could not be revised');
    }
  }
  return revised;
}

/** A report that was being made while the events came must have been written down before it is looked for. */
const SETTLED_MS = 90 * SECOND_MS;

async function reviseStream(context: EvaluationContext, stream: Stream, { minutes }: LateMinutes): Promise<number> {
  let revised = 0;
  for (let last: RevisableReport | undefined; ; ) {
    const page = await listRevisable(context.db, stream.id, minutes, last);
    revised += await revisePage(context, stream, page);
    last = page.at(-1);
    if (last === undefined) return revised;
  }
}

async function revisePage(
  context: EvaluationContext,
  stream: Stream,
  page: readonly RevisableReport[],
): Promise<number> {
  let revised = 0;
  for (const report of page) {
    const window = { startMs: report.windowStartMs, endMs: report.windowEndMs };
    const { profile } = await loadWindow(context, stream.id, window);
    if (profile.events <= report.samples) continue;
    const row = await compareAgain(context, stream, report);
    if (row === undefined) continue;
    await saveReport(context.db, row);
    revised++;
  }
  return revised;
}

/** Undefined where its baseline or its monitor is gone: there is nothing to compare with any more. */
async function compareAgain(
  context: EvaluationContext,
  stream: Stream,
  { windowStartMs: startMs, windowEndMs: endMs, policy, baselineId, monitorId }: RevisableReport,
): Promise<ReportInsert | undefined> {
  const monitor = monitorId === null ? undefined : await findMonitorById(context.db, monitorId);
  const baseline = baselineId === null ? undefined : await findBaseline(context.db, baselineId);
  if ((monitorId !== null && monitor === undefined) || (monitorId === null && baseline === undefined)) return undefined;
  const spec = findSpec(monitor?.spec);
  if (monitor !== undefined && spec === undefined) return undefined;
  const window = { startMs, endMs };
  try {
    const reference =
      baseline === undefined
        ? await loadReference(context, stream, spec?.reference ?? { kind: 'baseline' }, window)
        : await loadBaselineReference(context, baseline);
    const evaluation = await compareWindow(context, {
      stream,
      window,
      reference,
      windowMinutes: (endMs - startMs) / MINUTE_MS,
      nowMs: context.clock.now(),
      settings: { ...spec?.compare, policy },
      slo: spec?.slo ?? {},
    });
    return { streamId: stream.id, baselineId, monitorId, evaluation };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
