import type { Policy } from '../../core/drift/drift-test.ts';
import type { PresetName } from '../../core/drift/presets/table.ts';
import type { Aggregate, CompareSettings, TestChoice } from '../../core/drift/settings.ts';
import { AppError } from '../../core/errors.ts';
import { evaluate } from '../../core/evaluation/evaluate.ts';
import type { Evaluation } from '../../core/evaluation/evaluation.ts';
import { NOT_2XX } from '../../core/evaluation/failure-status.ts';
import type { EvaluationSettings, SloTargets } from '../../core/evaluation/settings.ts';
import type { StreamName } from '../../core/stream-name.ts';
import { ceilTo, floorTo, type Interval, MINUTE_MS } from '../../core/time/window.ts';
import { saveReport } from '../../store/reports.ts';
import type { EvaluationContext } from './context.ts';
import { loadWindow } from './load-window.ts';
import { loadBaselineReference, type Reference } from './reference.ts';
import { resolveTarget, type TargetQuery } from './resolve-stream.ts';

export interface WindowQuery extends TargetQuery {
  /** How long the window is that ends now, in minutes; default DRIFT_WINDOW_MINUTES. */
  readonly windowMinutes?: number | undefined;
  /** A window of the past instead: both ends, in milliseconds since the Unix epoch. */
  readonly interval?: Interval | undefined;
  readonly policy?: Policy | undefined;
  readonly tests?: TestChoice | undefined;
  readonly preset?: PresetName | undefined;
  readonly correction?: CompareSettings['correction'] | undefined;
  readonly aggregate?: Aggregate | undefined;
}

/**
 * Compares a window of a stream with a baseline. The window is widened to whole minutes; the evaluation says which interval it
 * covers, and is stored, unless it was asked for with tests or rules of its own.
 */
export async function evaluateWindow(context: EvaluationContext, query: WindowQuery): Promise<Evaluation> {
  const { db, config, clock } = context;
  const { stream, baseline } = await resolveTarget(context, query);
  const nowMs = clock.now();
  const evaluation = await compareWindow(context, {
    stream,
    window: askedInterval(context, query, nowMs),
    windowMinutes: query.windowMinutes ?? minutesOf(query.interval) ?? config.DRIFT_WINDOW_MINUTES,
    reference: await loadBaselineReference(context, baseline),
    settings: settingsOf(query),
    slo: {},
    nowMs,
  });
  if (!isOfItsOwn(query)) {
    await saveReport(db, { streamId: stream.id, baselineId: baseline.id, monitorId: null, evaluation });
  }
  return evaluation;
}

export interface WindowComparison {
  readonly stream: StreamName & { readonly id: number };
  /** Aligned to minutes. */
  readonly window: Interval;
  readonly windowMinutes: number;
  readonly reference: Reference;
  /** Wins over the environment. */
  readonly settings: Partial<CompareSettings>;
  /** Wins over the baseline's, which wins over the environment's. */
  readonly slo: Partial<SloTargets>;
  readonly nowMs: number;
}

/** Evaluates one window against its reference. */
export async function compareWindow(
  context: EvaluationContext,
  { stream, window, windowMinutes, reference, settings, slo, nowMs }: WindowComparison,
): Promise<Evaluation> {
  const { profile, covered } = await loadWindow(context, stream.id, window);
  return evaluate(reference.profile, profile, {
    generatedAtMs: nowMs,
    stream: { service: stream.service, endpoint: stream.endpoint },
    window: covered,
    windowMinutes,
    reference: reference.described,
    settings: driftSettings(context, settings, { ...reference.baseline?.slo, ...slo }),
  });
}

/** Stored reports answer one question each; what was asked differently would stand in their place. */
function isOfItsOwn({ tests, preset, correction, aggregate }: WindowQuery): boolean {
  return [tests, preset, correction, aggregate].some((choice) => choice !== undefined);
}

function askedInterval(context: EvaluationContext, query: WindowQuery, nowMs: number): Interval {
  if (query.interval !== undefined) return wholeMinutes(query.interval);
  const lengthMs = (query.windowMinutes ?? context.config.DRIFT_WINDOW_MINUTES) * MINUTE_MS;
  return wholeMinutes({ startMs: nowMs - lengthMs, endMs: nowMs + 1 });
}

/** The interval widened to whole minutes, the finest that profiles are kept in. */
export function wholeMinutes(interval: Interval): Interval {
  if (interval.endMs <= interval.startMs) {
    throw new AppError('invalid_window', 'The window must end after it starts');
  }
  return { startMs: floorTo(interval.startMs, MINUTE_MS), endMs: ceilTo(interval.endMs, MINUTE_MS) };
}

function minutesOf(interval: Interval | undefined): number | undefined {
  return interval === undefined ? undefined : Math.ceil((interval.endMs - interval.startMs) / MINUTE_MS);
}

function settingsOf({ policy, tests, preset, correction, aggregate }: WindowQuery): Partial<CompareSettings> {
  return {
    ...(policy && { policy }),
    ...(tests && { tests }),
    ...(preset && { preset }),
    ...(correction && { correction }),
    ...(aggregate && { aggregate }),
  };
}

function driftSettings(
  context: EvaluationContext,
  { preset, ...own }: Partial<CompareSettings>,
  slo: Partial<SloTargets>,
): EvaluationSettings {
  const { config } = context;
  // A tool that is copied keeps thresholds of its own.
  const policy = own.policy ?? config.DRIFT_POLICY;
  const floors = preset === undefined ? { ks: config.KS_D_MIN, psi: config.PSI_MAX, ...own.floors } : own.floors;
  return {
    alpha: config.KS_P_MIN,
    ...own,
    policy: preset === undefined ? policy : 'classic',
    ...(floors && { floors }),
    ...(preset && { preset }),
    slo: { ...defaultSlo(context, isAsGuard(policy, preset)), ...slo },
  };
}

/** Clients of Intent Drift Guard count as it does: only 2xx is a success. */
function isAsGuard(policy: Policy, preset: PresetName | undefined): boolean {
  return preset === undefined ? policy === 'classic' : preset === 'guard';
}

/** What the service promises where neither a baseline nor a monitor says anything of its own. */
export function defaultSlo({ config }: EvaluationContext, isAsGuard = false): SloTargets {
  const failureStatus = isAsGuard ? [NOT_2XX] : config.SLO_FAILURE_STATUS;
  return { successMin: config.SLO_SUCCESS_MIN, failureStatus, p95MaxMs: config.SLO_P95_MAX };
}
