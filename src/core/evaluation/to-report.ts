import { type Check, type DriftCheck, type SloCheck, type Verdict, wireFields, wireVerdict } from '../drift/check.ts';
import type { Json, Policy } from '../drift/drift-test.ts';
import type { PresetName } from '../drift/presets/table.ts';
import { isoTime } from '../format/iso-time.ts';
import type { Evaluation, EvaluationState, EvaluationStatus, ReferenceDescription, Verdicts } from './evaluation.ts';

/** A check of the contract, with its additions. */
interface CheckBody {
  readonly ok: boolean;
  readonly state: EvaluationState;
  readonly verdict: Verdict;
  readonly [field: string]: Json | undefined;
}

/** The answer of `GET /reports/latest`, as it goes over the wire. JSON-safe. */
export interface ReportBody {
  readonly generated_at: string;
  readonly window_minutes: number;
  readonly samples: number;
  readonly status: EvaluationStatus;
  readonly checks: { readonly [name: string]: CheckBody };
  readonly state: EvaluationState;
  readonly verdicts: Verdicts;
  readonly service: string;
  readonly endpoint: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly baseline: { readonly id: number; readonly name: string; readonly created_at: string } | null;
  readonly reference: {
    readonly kind: ReferenceDescription['kind'];
    readonly windows?: readonly { readonly start: string; readonly end: string }[];
  };
  readonly policy: Policy;
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
 * The wire form of an evaluation, in the names that clients know. A check is `ok: false` only when it found drift or a broken service
 * level: a test that cannot say is `ok: true` beside its reason.
 */
export function toReport(evaluation: Evaluation): ReportBody {
  const { baseline } = evaluation.reference;
  return {
    generated_at: isoTime(evaluation.generatedAtMs),
    window_minutes: evaluation.windowMinutes,
    samples: evaluation.samples,
    status: evaluation.status,
    checks: checkBodies(evaluation.checks),
    state: evaluation.state,
    verdicts: evaluation.verdicts,
    service: evaluation.stream.service,
    endpoint: evaluation.stream.endpoint,
    window_start: isoTime(evaluation.window.startMs),
    window_end: isoTime(evaluation.window.endMs),
    baseline: baseline && { id: baseline.id, name: baseline.name, created_at: isoTime(baseline.createdAtMs) },
    reference: referenceBody(evaluation.reference),
    policy: evaluation.policy,
    ...(evaluation.preset && { preset: evaluation.preset }),
    not_tested: evaluation.notTested.map(({ missingShare, ...rest }) => ({ ...rest, missing_share: missingShare })),
    added_features: evaluation.addedFeatures,
  };
}

function referenceBody({ kind, windows }: ReferenceDescription): ReportBody['reference'] {
  if (kind === 'baseline') return { kind };
  return { kind, windows: windows.map(({ startMs, endMs }) => ({ start: isoTime(startMs), end: isoTime(endMs) })) };
}

/** No prototype, so that a feature of any name makes an ordinary key. */
function checkBodies(checks: readonly Check[]): { [name: string]: CheckBody } {
  const bodies: { [name: string]: CheckBody } = Object.create(null);
  for (const check of checks) {
    const body = checkBody(check);
    if (body !== undefined) bodies[check.name] = body;
  }
  return bodies;
}

function checkBody(check: Check): CheckBody | undefined {
  switch (check.kind) {
    case 'drift':
      return driftBody(check);
    case 'slo':
      return sloBody(check);
    case 'volume':
      // The report says it by `samples` and `state`: all checks of an empty window are ok.
      return undefined;
  }
}

const STATES = { fail: 'drift', ok: 'ok', inconclusive: 'inconclusive' } as const;

function driftBody(check: DriftCheck): CheckBody {
  return {
    ok: check.verdict !== 'fail',
    ...(check.reason !== null && { reason: check.reason }),
    ...(check.pValue !== null && { p_value: check.pValue }),
    live_n: check.nCurrent,
    reference_n: check.nReference,
    feature: check.subject,
    test: check.method,
    state: check.nCurrent === 0 ? 'no_data' : STATES[check.verdict],
    at: check.at,
    ...wireFields(check),
    // Last: `kl` has always had a direction of its own.
    ...check.details,
    ...check.shift,
  };
}

function sloBody({ name, verdict, statistic, effect, nCurrent: n, pValue, reason, details }: SloCheck): CheckBody {
  const ok = verdict !== 'fail';
  const state: EvaluationState = n === 0 ? 'no_data' : ok ? 'ok' : 'slo_breach';
  const { target, failureStatus } = details;
  const level =
    name === 'success_rate'
      ? { success_rate: statistic, min: target, total: n, ...(failureStatus && { failure_status: failureStatus }) }
      : { p95: statistic, max: target, live_n: n };
  const judged = { state, verdict: wireVerdict(verdict), effect };
  // Of no rows nothing is known but the promise.
  if (reason !== null) return { ok, reason, ...level, live_n: n, ...judged };
  return { ok, ...level, ...judged, p_value: pValue };
}
