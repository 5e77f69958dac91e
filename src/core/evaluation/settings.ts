import type { CompareSettings } from '../drift/settings.ts';

/** Service levels of a stream. */
export interface SloTargets {
  /** Smallest share of events with a known status that are 2xx, [0, 1]. */
  readonly successMin: number;
  /** Largest 95th percentile of `response.duration_ms`, in milliseconds. */
  readonly p95MaxMs: number;
}

/** The settings of an evaluation: of its comparison, and the service levels. */
export interface EvaluationSettings extends CompareSettings {
  readonly slo: SloTargets;
}
