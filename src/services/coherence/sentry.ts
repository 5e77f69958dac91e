import { VERSION } from '../../config/version.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { Artifact, ArtifactAssessment } from '../incidents/artifact.ts';
import type { SignalDrift } from './compare-signals.ts';

/** The fields of `GET /coherence/metrics` that the Sentry reads; another service may leave out any of them. */
type SentrySignal = Pick<SignalDrift, 'name' | 'psi'> &
  Partial<Pick<SignalDrift, 'psi_raw' | 'ks' | 'n' | 'reason'>> & { readonly verdict?: string };

export interface SentryMetrics {
  readonly signals?: readonly SentrySignal[];
  /** The reason, when there are no values. */
  readonly detail?: string;
}

export interface SentryContext {
  readonly window: string;
  readonly apiBase: string;
  readonly createdAtMs: number;
  readonly thresholds: { readonly warn: number; readonly crit: number };
}

/** An incident file of the Drift Sentry, which also names the signals that raise no alarm. */
export interface SentryArtifact extends Artifact {
  /** OK, or UNKNOWN with the reason. */
  readonly without_alarm: readonly ArtifactAssessment[];
}

/** In seconds, for the request and the file together. */
export const MAX_RUNTIME_S = 20;

/** Assesses one answer of `GET /coherence/metrics`; pure. The command and the schedule write the result to a file. */
export function buildSentryArtifact(metrics: SentryMetrics, context: SentryContext): SentryArtifact {
  const { window, apiBase, createdAtMs, thresholds } = context;
  const assessed = assess(metrics, thresholds);
  return {
    kind: 'drift_incident',
    created_at: isoTime(createdAtMs),
    window,
    api_base: apiBase,
    assessment: assessed.filter(hasAlarm),
    without_alarm: assessed.filter((one) => !hasAlarm(one)),
    metrics_snapshot: metrics,
    automation: {
      name: 'drift_sentry',
      version: VERSION,
      policies: { psi_warn: thresholds.warn, psi_crit: thresholds.crit, acceptance: 'No CRITICAL incidents' },
      budget: { max_runtime_s: MAX_RUNTIME_S, max_tool_calls: 2 },
    },
  };
}

/** Only these stand in `assessment`: the page of the Coherence Engine shows and counts whatever it finds there. */
function hasAlarm({ level }: ArtifactAssessment): boolean {
  return level === 'WARN' || level === 'CRITICAL';
}

/** An answer without signals is UNKNOWN, not OK. */
function assess({ signals, detail }: SentryMetrics, thresholds: SentryContext['thresholds']): ArtifactAssessment[] {
  const list: readonly (SentrySignal | null)[] = Array.isArray(signals) ? signals : [];
  const named = list.filter((signal): signal is SentrySignal => typeof signal?.name === 'string');
  if (named.length > 0) return named.map((signal) => assessSignal(signal, thresholds));
  return [assessSignal({ name: '*', psi: null, reason: detail ?? 'the answer has no signals' }, thresholds)];
}

function assessSignal(
  { name, psi, ...rest }: SentrySignal,
  thresholds: SentryContext['thresholds'],
): ArtifactAssessment {
  const value = typeof psi === 'number' && Number.isFinite(psi) ? psi : null;
  const { psi_raw: raw = psi, ks = null, n = 0, verdict = null, reason } = rest;
  const valueReason = value === null ? (reason ?? 'the answer has no PSI') : reason;
  const details = { psi_raw: raw, ks, n, verdict, ...(valueReason !== undefined && { reason: valueReason }) };
  return {
    signal: name,
    metric: 'psi',
    value,
    thresholds,
    level: levelOf(value, thresholds),
    details,
  };
}

/** By the value alone, as the Sentry of the Coherence Engine does: so both say the same of one answer. */
function levelOf(psi: number | null, { warn, crit }: SentryContext['thresholds']): ArtifactAssessment['level'] {
  if (psi === null) return 'UNKNOWN';
  if (psi >= crit) return 'CRITICAL';
  return psi >= warn ? 'WARN' : 'OK';
}

export function countLevel(
  { assessment, without_alarm: others }: SentryArtifact,
  level: ArtifactAssessment['level'],
): number {
  return [...assessment, ...others].filter((one) => one.level === level).length;
}
