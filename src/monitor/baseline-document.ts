import type { SloTargets } from '../drift/settings.ts';
import type { Baseline } from '../store/baselines.ts';

export const BASELINE_FORMAT = 'plumbline.baseline/1';

/** SLO targets as files and requests spell them. */
export interface SloDocument {
  readonly success_rate_min?: number | undefined;
  readonly latency_p95_max?: number | undefined;
}

export function sloOf(document: SloDocument | undefined): Partial<SloTargets> {
  const slo = document ?? {};
  return {
    ...(slo.success_rate_min === undefined ? {} : { successMin: slo.success_rate_min }),
    ...(slo.latency_p95_max === undefined ? {} : { p95MaxMs: slo.latency_p95_max }),
  };
}

export function sloDocument(slo: Partial<SloTargets>): SloDocument {
  return {
    ...(slo.successMin === undefined ? {} : { success_rate_min: slo.successMin }),
    ...(slo.p95MaxMs === undefined ? {} : { latency_p95_max: slo.p95MaxMs }),
  };
}

/** A baseline as a file: what it is, told for people, and its profile, exact. */
export function baselineDocument(baseline: Baseline, profile: Uint8Array): object {
  return {
    format: BASELINE_FORMAT,
    name: baseline.name,
    service: baseline.service,
    endpoint: baseline.endpoint,
    created_at: new Date(baseline.createdAtMs).toISOString(),
    window_start: new Date(baseline.windowStartMs).toISOString(),
    window_end: new Date(baseline.windowEndMs).toISOString(),
    samples: baseline.samples,
    slo: sloDocument(baseline.slo),
    source: baseline.source,
    warnings: baseline.warnings,
    features: baseline.features,
    profile: Buffer.from(profile).toString('base64'),
  };
}
