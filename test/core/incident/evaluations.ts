import type { Check, DriftCheck, SloCheck } from '../../../src/core/drift/check.ts';
import { strengthOf, VOLUME_NAME, type VolumeCheck } from '../../../src/core/drift/check.ts';
import type { Policy } from '../../../src/core/drift/drift-test.ts';
import type { Evaluation } from '../../../src/core/evaluation/evaluation.ts';
import { isEvidentBreach } from '../../../src/core/evaluation/evaluators/slo.ts';
import type { OpenGroups } from '../../../src/core/incident/signal.ts';
import { HOUR_MS } from '../../../src/core/time/window.ts';

export const END_MS = Date.UTC(2026, 4, 4, 12);
export const WINDOW = { startMs: END_MS - HOUR_MS, endMs: END_MS };

const NOTHING_ELSE = {
  resolution: 0,
  at: null,
  direction: null,
  shift: null,
  isEvident: false,
  reason: null,
  law: 'exact',
  details: {},
} as const;

/** What a drift test says of a feature. */
export function drift(feature: string, effect: number | null, changed: Partial<DriftCheck> = {}): DriftCheck {
  const check: DriftCheck = {
    ...NOTHING_ELSE,
    name: '',
    kind: 'drift',
    subject: feature,
    method: 'ks',
    verdict: 'fail',
    statistic: effect,
    effect,
    floor: 0.1,
    pValue: 1.2345e-9,
    pAdjusted: 2.469e-9,
    nReference: 200,
    nCurrent: 500,
    strength: 1,
    ...changed,
  };
  return { ...check, strength: strengthOf(check.effect, check.floor) };
}

export function calm(feature: string, changed: Partial<DriftCheck> = {}): DriftCheck {
  return drift(feature, 0.01, { verdict: 'ok', ...changed });
}

export function unsure(feature: string): DriftCheck {
  return drift(feature, null, { verdict: 'inconclusive', nCurrent: 4 });
}

function level(changed: Partial<SloCheck> & Pick<SloCheck, 'name' | 'details'>): SloCheck {
  return {
    ...NOTHING_ELSE,
    kind: 'slo',
    subject: null,
    method: changed.name,
    verdict: 'fail',
    isEvident: true,
    statistic: null,
    effect: null,
    floor: null,
    pValue: 0,
    pAdjusted: null,
    nReference: null,
    nCurrent: 500,
    strength: 1,
    ...changed,
  };
}

const SUCCESS_RATE = { name: 'success_rate', details: { target: 0.995 } } as const;
export const SUCCESS = level({ ...SUCCESS_RATE, verdict: 'ok', statistic: 1, isEvident: false });
export const FAILURES = level({ ...SUCCESS_RATE, statistic: 0.912345, strength: 17.5 });
export const SLOW = level({ name: 'latency_p95', details: { target: 2000 }, statistic: 2345.678, nCurrent: 400 });

/** A broken level that chance explains so often. */
export function failuresByChance(pValue: number, policy: Policy = 'calibrated'): SloCheck {
  return { ...FAILURES, pValue, isEvident: isEvidentBreach(pValue, policy) };
}

function volume(events: number): VolumeCheck {
  return {
    ...NOTHING_ELSE,
    name: VOLUME_NAME,
    kind: 'volume',
    subject: null,
    method: 'events',
    statistic: events,
    effect: null,
    verdict: events === 0 ? 'fail' : 'ok',
    isEvident: events === 0,
    floor: null,
    pValue: null,
    pAdjusted: null,
    nReference: null,
    nCurrent: events,
    strength: 1,
  };
}

/** Checks by name. */
export type Named = Readonly<Record<string, Check>>;

/** An evaluation as `evaluate` makes it, of the checks alone. */
export function evaluationOf(named: Named, changed: Partial<Evaluation> = {}): Evaluation {
  const checks = Object.entries(named).map(([name, check]) => ({ ...check, name }) as Check);
  const drifts = checks.filter((check) => check.kind === 'drift');
  const hasDrift = drifts.some(({ verdict }) => verdict === 'fail');
  const isBroken = checks.some(({ kind, verdict }) => kind === 'slo' && verdict === 'fail');
  const isUnsure = drifts.length > 0 && drifts.every(({ verdict }) => verdict === 'inconclusive');
  const samples = changed.samples ?? 500;
  return {
    version: 1,
    generatedAtMs: END_MS + 10_000,
    windowMinutes: 60,
    window: WINDOW,
    samples,
    stream: { service: 'payments_api', endpoint: 'POST /v2/payments' },
    reference: {
      kind: 'baseline',
      baseline: { id: 3, name: 'payments', createdAtMs: Date.UTC(2026, 2, 1) },
      windows: [],
    },
    policy: 'calibrated',
    preset: null,
    status: hasDrift || isBroken ? 'fail' : 'ok',
    state: hasDrift ? 'drift' : isBroken ? 'slo_breach' : isUnsure ? 'inconclusive' : 'ok',
    verdicts: { tested: 0, drift: 0, no_drift: 0, inconclusive: 0 },
    checks: [...checks, volume(samples)],
    notTested: [],
    addedFeatures: [],
    ...changed,
  };
}

export const EMPTY: Evaluation = evaluationOf(
  { amount_ks: drift('amount', null, { verdict: 'inconclusive', nCurrent: 0 }) },
  { samples: 0, state: 'no_data' },
);

/** Groups with an open incident that failed on these checks. */
export function opened(groups: Readonly<Record<string, readonly string[]>>): OpenGroups {
  return new Map(
    Object.entries(groups).map(([group, checks]) => {
      const failing = checks.map((check) => ({
        check,
        feature: null,
        text: '',
        severity: 'info' as const,
        strength: 1,
      }));
      return [group, failing];
    }),
  );
}
