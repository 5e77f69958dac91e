import type { Policy } from '../drift/drift-test.ts';
import type { PresetName } from '../drift/presets/table.ts';
import { buildReport, type ReportBody } from '../drift/report.ts';
import type { Aggregate, CompareSettings, DriftSettings, SloTargets, TestChoice } from '../drift/settings.ts';
import { AppError } from '../errors.ts';
import { decodeProfile } from '../profile/codec.ts';
import type { Profile } from '../profile/profile.ts';
import { type Baseline, getBaselineProfile } from '../store/baselines.ts';
import { saveReport } from '../store/reports.ts';
import { ceilTo, floorTo, type Interval, MINUTE_MS } from '../time/window.ts';
import type { MonitorDeps } from './deps.ts';
import { loadWindow } from './load-window.ts';
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
 * Compares a window of a stream with a baseline. The window is widened to whole minutes; the report says which interval it covers,
 * and is stored, unless it was asked for with tests or rules of its own.
 */
export async function evaluateWindow(deps: MonitorDeps, query: WindowQuery): Promise<ReportBody> {
  const { db, cache, config, clock } = deps;
  const { stream, baseline } = await resolveTarget(db, query);
  const nowMs = clock.now();
  const asked = askedInterval(deps, query, nowMs);
  const reference = await baselineProfile(deps, baseline);
  const { profile, covered } = await loadWindow(db, cache, stream.id, asked, floorTo(nowMs, MINUTE_MS));
  const settings = driftSettings(deps, baseline, query);
  const body = buildReport(reference, profile, {
    generatedAtMs: nowMs,
    windowMinutes: query.windowMinutes ?? minutesOf(query.interval) ?? config.DRIFT_WINDOW_MINUTES,
    window: covered,
    service: stream.service,
    endpoint: stream.endpoint,
    baseline: { id: baseline.id, name: baseline.name, createdAtMs: baseline.createdAtMs },
    settings,
  });
  if (!isOfItsOwn(query)) await store(deps, stream.id, baseline.id, covered, body);
  return body;
}

/** Stored reports answer one question each; what was asked differently would stand in their place. */
function isOfItsOwn({ tests, preset, correction, aggregate }: WindowQuery): boolean {
  return [tests, preset, correction, aggregate].some((choice) => choice !== undefined);
}

async function store(
  { db }: MonitorDeps,
  streamId: number,
  baselineId: number,
  covered: Interval,
  body: ReportBody,
): Promise<void> {
  await saveReport(db, {
    ...{ streamId, baselineId, policy: body.policy, status: body.status, body: JSON.stringify(body) },
    ...{ windowStartMs: covered.startMs, windowEndMs: covered.endMs, generatedAtMs: Date.parse(body.generated_at) },
  });
}

function askedInterval(deps: MonitorDeps, query: WindowQuery, nowMs: number): Interval {
  if (query.interval !== undefined) return wholeMinutes(query.interval);
  const lengthMs = (query.windowMinutes ?? deps.config.DRIFT_WINDOW_MINUTES) * MINUTE_MS;
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

async function baselineProfile(deps: MonitorDeps, baseline: Baseline): Promise<Profile> {
  const key = `baseline ${baseline.id}`;
  const known = deps.cache.find(key);
  if (known !== undefined) return known;
  const profile = decodeProfile(await getBaselineProfile(deps.db, baseline.id));
  deps.cache.keep(key, profile);
  return profile;
}

function driftSettings(deps: MonitorDeps, baseline: Baseline, query: WindowQuery): DriftSettings {
  const { config } = deps;
  const { tests, preset, correction, aggregate } = query;
  return {
    policy: preset === undefined ? (query.policy ?? config.DRIFT_POLICY) : 'classic',
    alpha: config.KS_P_MIN,
    // A tool that is copied keeps thresholds of its own.
    ...(preset === undefined && { floors: { ks: config.KS_D_MIN, psi: config.PSI_MAX } }),
    slo: { ...defaultSlo(deps), ...baseline.slo },
    ...(tests && { tests }),
    ...(preset && { preset }),
    ...(correction && { correction }),
    ...(aggregate && { aggregate }),
  };
}

/** What the service promises where a baseline says nothing of its own. */
export function defaultSlo(deps: MonitorDeps): SloTargets {
  return { successMin: deps.config.SLO_SUCCESS_MIN, p95MaxMs: deps.config.SLO_P95_MAX };
}
