import type { SloTargets } from './settings.ts';

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
