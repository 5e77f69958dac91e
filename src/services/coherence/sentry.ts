import { VERSION } from '../../config/version.ts';
import type { Artifact, ArtifactAssessment } from '../incidents/artifact.ts';

/** What the Sentry reads of the answer of /coherence/metrics; a service of another make may leave out anything. */
interface SentrySignal {
  readonly name: string;
  readonly psi: number | null;
  readonly ks?: number | null;
  readonly n?: number;
  readonly verdict?: string;
  readonly reason?: string;
}

export interface SentryMetrics {
  readonly signals?: readonly SentrySignal[];
  /** Of a refusal: there are no values. */
  readonly detail?: string;
}

export interface SentryContext {
  readonly window: string;
  readonly apiBase: string;
  readonly createdAtMs: number;
  readonly thresholds: { readonly warn: number; readonly crit: number };
}

/** In seconds: for asking and writing together. */
export const MAX_RUNTIME_S = 20;

/** Judges one answer of /coherence/metrics; pure. The command and the schedule write down what it says. */
export function buildSentryArtifact(metrics: SentryMetrics, context: SentryContext): Artifact {
  const { window, apiBase, createdAtMs, thresholds } = context;
  return {
    kind: 'drift_incident',
    created_at: new Date(createdAtMs).toISOString(),
    window,
    api_base: apiBase,
    assessment: assess(metrics, thresholds),
    metrics_snapshot: metrics,
    automation: {
      name: 'drift_sentry',
      version: VERSION,
      policies: { psi_warn: thresholds.warn, psi_crit: thresholds.crit, acceptance: 'No CRITICAL incidents' },
      budget: { max_runtime_s: MAX_RUNTIME_S, max_tool_calls: 2 },
    },
  };
}

/** An answer that names no signal says nothing of any: that is not OK either. */
function assess({ signals, detail }: SentryMetrics, thresholds: SentryContext['thresholds']): ArtifactAssessment[] {
  const given: readonly (SentrySignal | null)[] = Array.isArray(signals) ? signals : [];
  const named = given.filter((signal): signal is SentrySignal => typeof signal?.name === 'string');
  if (named.length > 0) return named.map((signal) => assessSignal(signal, thresholds));
  return [assessSignal({ name: '*', psi: null, reason: detail ?? 'the answer names no signal' }, thresholds)];
}

function assessSignal(
  { name, psi, ...rest }: SentrySignal,
  thresholds: SentryContext['thresholds'],
): ArtifactAssessment {
  const value = typeof psi === 'number' && Number.isFinite(psi) ? psi : null;
  const { ks = null, n = 0, verdict = null, reason } = rest;
  const why = value === null ? (reason ?? 'the answer gives no PSI') : reason;
  const details = { ks, n, verdict, ...(why !== undefined && { reason: why }) };
  return {
    signal: name,
    metric: 'psi',
    value,
    thresholds,
    level: levelOf(value, thresholds, reason === FEW_ROWS ? verdict : 'drift'),
    details,
  };
}

const FEW_ROWS = 'insufficient_samples';

/** @param verdict - PSI of few rows is mostly noise: there only what the other test calls a drift is an alarm */
function levelOf(
  psi: number | null,
  { warn, crit }: SentryContext['thresholds'],
  verdict: string | null,
): ArtifactAssessment['level'] {
  if (psi === null || (verdict !== 'drift' && verdict !== 'no_drift')) return 'UNKNOWN';
  if (verdict === 'no_drift' || psi < warn) return 'OK';
  return psi >= crit ? 'CRITICAL' : 'WARN';
}

export function countLevel({ assessment }: Artifact, level: ArtifactAssessment['level']): number {
  return assessment.filter((one) => one.level === level).length;
}
