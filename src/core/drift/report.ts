import { isoTime } from '../format/iso-time.ts';
import type { Profile } from '../profile/profile.ts';
import type { Interval } from '../time/window.ts';
import { aggregateFindings, QUALITY_TESTS } from './aggregate.ts';
import { nameChecks } from './check-names.ts';
import { type Comparison, compareProfiles } from './compare.ts';
import type { DriftTest, Json } from './drift-test.ts';
import type { Finding, Verdict } from './finding.ts';
import { describeMove, type Move } from './move.ts';
import type { PresetName } from './presets/table.ts';
import type { ReferenceKind } from './reference-kind.ts';
import type { DriftSettings } from './settings.ts';
import { checkSlo, type SloCheck } from './slo.ts';
import { DRIFT_TESTS } from './test-table.ts';

export interface ReportContext {
  readonly generatedAtMs: number;
  readonly windowMinutes: number;
  /** What was really covered: whole buckets. */
  readonly window: Interval;
  readonly service: string;
  readonly endpoint: string;
  /** Null where the reference is no baseline. */
  readonly baseline: { readonly id: number; readonly name: string; readonly createdAtMs: number } | null;
  /** What it is compared with; a baseline when not given. */
  readonly reference?: ReportReference;
  readonly settings: DriftSettings;
}

/** Where the reference comes from: a baseline, the window before, or the same hours of earlier weeks. */
type ReportReference = {
  readonly kind: ReferenceKind;
  /** The windows that it is made of, when it is no baseline. */
  readonly windows?: readonly { readonly start: string; readonly end: string }[];
};

/** One word for a check or a report, most urgent first: drift, slo_breach, then no_data, inconclusive, ok. */
type CheckState = 'ok' | 'drift' | 'slo_breach' | 'inconclusive' | 'no_data';

/** A check of the contract, with its additions; `verdict` only where a test was run. */
interface CheckBody {
  readonly ok: boolean;
  readonly state: CheckState;
  readonly verdict?: Verdict;
  readonly [field: string]: Json | undefined;
}

/** The answer of `GET /reports/latest`, as it goes over the wire and into the table of reports. JSON-safe. */
export interface ReportBody {
  readonly generated_at: string;
  readonly window_minutes: number;
  readonly samples: number;
  readonly status: 'ok' | 'fail';
  readonly checks: { readonly [name: string]: CheckBody };
  readonly state: CheckState;
  readonly service: string;
  readonly endpoint: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly baseline: { readonly id: number; readonly name: string; readonly created_at: string } | null;
  readonly reference: ReportReference;
  readonly policy: DriftSettings['policy'];
  readonly preset?: PresetName;
  readonly not_tested: readonly {
    readonly feature: string;
    readonly reason: string;
    readonly cardinality: number;
    readonly missing_share: number;
  }[];
  readonly added_features: readonly string[];
}

/**
 * Everything there is to say about one window against one baseline.
 *
 * Checks stand in order: drift by feature path, then `success_rate`, `latency_p95`. A check fails only when it found drift or a broken
 * service level: a test that cannot say is `ok: true` beside its reason.
 *
 * @throws RangeError when a time is not a valid one, or `settings.tests` names a test that does not exist
 */
export function buildReport(reference: Profile, current: Profile, context: ReportContext): ReportBody {
  const comparison = compareProfiles(reference, current, context.settings);
  const slo = checkSlo(current, context.settings.slo);
  const moveOf = (feature: string) =>
    describeMove(reference.features.get(feature) ?? {}, current.features.get(feature) ?? {});
  const checks = checkBodies(comparison.findings, slo, context.settings.preset !== undefined, moveOf);
  const hasDrift = aggregateFindings(comparison.findings, context.settings.aggregate).verdict === 'drift';
  return {
    generated_at: isoTime(context.generatedAtMs),
    window_minutes: context.windowMinutes,
    samples: current.events,
    status: hasDrift || slo.some((check) => !check.ok) ? 'fail' : 'ok',
    checks,
    state: current.events === 0 ? 'no_data' : stateOf(Object.values(checks), hasDrift),
    service: context.service,
    endpoint: context.endpoint,
    window_start: isoTime(context.window.startMs),
    window_end: isoTime(context.window.endMs),
    baseline: context.baseline && {
      id: context.baseline.id,
      name: context.baseline.name,
      created_at: isoTime(context.baseline.createdAtMs),
    },
    reference: context.reference ?? { kind: 'baseline' },
    policy: context.settings.policy,
    ...(context.settings.preset && { preset: context.settings.preset }),
    not_tested: notTested(comparison),
    added_features: comparison.added,
  };
}

function notTested(comparison: Comparison): ReportBody['not_tested'] {
  return comparison.notTested.map(({ missingShare, ...rest }) => ({ ...rest, missing_share: missingShare }));
}

/** No prototype, so that a feature of any name makes an ordinary key. */
function checkBodies(
  findings: readonly Finding[],
  slo: readonly SloCheck[],
  isOfTool: boolean,
  moveOf: (feature: string) => Move | undefined,
): { [name: string]: CheckBody } {
  const bodies: { [name: string]: CheckBody } = Object.create(null);
  const reserved = slo.map((check) => check.name);
  nameChecks(findings, reserved).forEach((name, i) => {
    const finding = findings[i] as Finding;
    const isMove = finding.verdict === 'drift' && !QUALITY_TESTS.has(finding.test);
    bodies[name] = { ...driftCheck(finding, isOfTool), ...(isMove && moveOf(finding.feature)) };
  });
  for (const check of slo) bodies[check.name] = sloCheck(check);
  return bodies;
}

const STATE_OF_VERDICT = { drift: 'drift', no_drift: 'ok', inconclusive: 'inconclusive' } as const;

/** @param isOfTool - its number is another tool's, by rules that `method` names, and none of ours */
function driftCheck(finding: Finding, isOfTool: boolean): CheckBody {
  const test: DriftTest = DRIFT_TESTS[finding.test];
  return {
    ok: finding.verdict !== 'drift',
    ...(finding.reason !== undefined && { reason: finding.reason }),
    ...(finding.pValue !== null && { p_value: finding.pValue }),
    ...(isOfTool ? { value: finding.statistic } : test.wire(finding)),
    live_n: finding.nCurrent,
    reference_n: finding.nReference,
    feature: finding.feature,
    test: finding.test,
    state: finding.nCurrent === 0 ? 'no_data' : STATE_OF_VERDICT[finding.verdict],
    verdict: finding.verdict,
    effect: finding.effect,
    floor: finding.floor,
    p_adjusted: finding.pAdjusted,
    resolution: finding.resolution,
    method: finding.method,
  };
}

function sloCheck({ name, ok, value, target, n, reason, pValue }: SloCheck): CheckBody {
  const state = n === 0 ? 'no_data' : ok ? 'ok' : 'slo_breach';
  if (reason !== undefined) return { ok, reason, live_n: n, state };
  if (name === 'success_rate') return { ok, success_rate: value, min: target, total: n, state, p_value: pValue };
  return { ok, p95: value, max: target, live_n: n, state, p_value: pValue };
}

function stateOf(checks: readonly CheckBody[], hasDrift: boolean): CheckState {
  const has = (state: CheckState) => checks.some((check) => check.state === state);
  if (hasDrift) return 'drift';
  if (has('slo_breach')) return 'slo_breach';
  return has('inconclusive') && !checks.some((check) => check.verdict === 'no_drift') ? 'inconclusive' : 'ok';
}
