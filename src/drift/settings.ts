export interface SloTargets {
  /** Smallest share of events with a known status that are 2xx, [0, 1]. */
  readonly successMin: number;
  /** Largest 95th percentile of `response.duration_ms`, in milliseconds. */
  readonly p95MaxMs: number;
}

/** What turns numbers into verdicts. */
export interface DriftSettings {
  /** `calibrated`: adjusted evidence and an effect that matters. `classic`: the plain thresholds of Intent Drift Guard. */
  readonly policy: 'calibrated' | 'classic';
  /** Level of the p-values: adjusted over the report (calibrated), or each by itself (classic). */
  readonly alpha: number;
  readonly ksDMin: number;
  readonly psiMax: number;
  readonly slo: SloTargets;
  /** Names from the table of tests; without it the policy chooses by kind of feature. */
  readonly tests?: readonly string[];
}
