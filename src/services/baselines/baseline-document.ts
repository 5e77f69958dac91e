import { sloDocument } from '../../core/drift/slo-document.ts';
import type { Baseline } from '../../store/baselines.ts';

export const BASELINE_FORMAT = 'plumbline.baseline/1';

/** A baseline as a file: a summary for people, and the exact profile. */
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
