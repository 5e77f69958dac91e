import type { CompareSettings } from '../drift/settings.ts';

/** Service levels of a stream. */
export interface SloTargets {
  /** Smallest share of successes among the events with a known status, [0, 1]. */
  readonly successMin: number;
  /** Which statuses are failures: `5xx`, `429`, `not 2xx`; see `failure-status.ts`. */
  readonly failureStatus: readonly string[];
  /** Largest 95th percentile of `response.duration_ms`, in milliseconds. */
  readonly p95MaxMs: number;
}

/** The settings of an evaluation: of its comparison, and the service levels. */
export interface EvaluationSettings extends CompareSettings {
  readonly slo: SloTargets;
}
