import { sloDocument } from '../../core/evaluation/slo-document.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { Baseline } from '../../store/baselines.ts';

export const BASELINE_FORMAT = 'plumbline.baseline/1';

/** A baseline as a file: a summary for people, and the exact profile. */
export function baselineDocument(baseline: Baseline, profile: Uint8Array) {
  return {
    format: BASELINE_FORMAT,
    name: baseline.name,
    service: baseline.service,
    endpoint: baseline.endpoint,
    created_at: isoTime(baseline.createdAtMs),
    window_start: isoTime(baseline.windowStartMs),
    window_end: isoTime(baseline.windowEndMs),
    samples: baseline.samples,
    slo: sloDocument(baseline.slo),
    source: baseline.source,
    warnings: baseline.warnings,
    features: baseline.features,
    profile: Buffer.from(profile).toString('base64'),
  };
}
