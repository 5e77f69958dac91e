import { z } from 'zod';
import { sloFields } from '../../core/evaluation/slo-document.ts';
import { CategoryCounts } from '../../core/profile/counts.ts';
import { KllSketch } from '../../core/profile/kll.ts';
import { addValueInto, emptyMoments, type Moments } from '../../core/profile/moments.ts';
import { emptyProfile, type NumericProfile, type Profile } from '../../core/profile/profile.ts';
import {
  mergeStatusesInto,
  type StatusCounts,
  statusesKnown,
  UNKNOWN_FAILURE,
} from '../../core/profile/status-counts.ts';
import { streamNameFields } from '../../core/stream-name.ts';

const counts = z.record(z.string(), z.number().int().min(0));
const numeric = z.looseObject({
  n: z.number().int().min(0).optional(),
  mean: z.number().optional(),
  std: z.number().min(0).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  sample: z.array(z.number()),
});

/** SLO targets in a baseline file. */
export const sloSchema = z.object(sloFields);

/** A baseline file of the Intent Drift Monitor & Guard. */
export const guardBaseline = z.looseObject({
  created_at: z.string(),
  ...streamNameFields,
  samples: z.number().int().min(0).optional(),
  numeric: z.record(z.string(), numeric).default({}),
  categorical: z.record(z.string(), counts).default({}),
  slo: sloSchema.optional(),
});

export type GuardBaseline = z.output<typeof guardBaseline>;

const STATUS_BUCKETS = 'status_buckets';

/** Converts the guard's name of a feature to its path in an event. */
function pathOf(name: string): string {
  if (name === 'latency_ms') return 'response.duration_ms';
  return name.includes('.') ? name : `request.body.${name}`;
}

/** Builds a profile from such a file: KS compares with its samples, PSI with its counts. */
export function guardProfile(file: GuardBaseline): Profile {
  const profile = emptyProfile();
  for (const [name, summary] of Object.entries(file.numeric)) {
    profile.features.set(pathOf(name), { numeric: numericProfile(summary) });
  }
  for (const [name, byValue] of Object.entries(file.categorical)) {
    if (name === STATUS_BUCKETS) continue;
    const categories = new CategoryCounts();
    for (const [value, n] of Object.entries(byValue)) if (n > 0) categories.add(value, n);
    profile.features.set(pathOf(name), { categories });
  }
  const buckets = file.categorical[STATUS_BUCKETS] ?? {};
  for (const [bucket, n] of Object.entries(buckets))
    if (n > 0) mergeStatusesInto(profile.statuses, statusOf(bucket, n));
  profile.events = file.samples ?? eventsOf(profile);
  return profile;
}

/** The sketch has the samples in the file; the moments describe all values that the samples were drawn from. */
function numericProfile(summary: z.output<typeof numeric>): NumericProfile {
  const sketch = new KllSketch();
  const sampled: Moments = emptyMoments();
  for (const value of summary.sample) {
    sketch.add(value);
    addValueInto(sampled, value);
  }
  const n = Math.max(summary.n ?? 0, sampled.n);
  const std = summary.std ?? Math.sqrt(sampled.m2 / Math.max(1, sampled.n - 1));
  const moments = {
    n,
    mean: summary.mean ?? sampled.mean,
    m2: std * std * Math.max(0, n - 1),
    min: Math.min(sampled.min, summary.min ?? sampled.min),
    max: Math.max(sampled.max, summary.max ?? sampled.max),
  };
  return { moments: n === 0 ? sampled : moments, sketch };
}

function eventsOf(profile: Profile): number {
  const seen = [...profile.features.values()].map((f) => (f.numeric?.moments.n ?? 0) + (f.categories?.n ?? 0));
  return Math.max(0, statusesKnown(profile.statuses), ...seen);
}

/** Only the class is in the file: `3xx` is counted as 300. */
function statusOf(bucket: string, n: number): StatusCounts {
  const [, digit] = /^([1-9])xx$/.exec(bucket) ?? [];
  return new Map([[digit === undefined ? UNKNOWN_FAILURE : Number(digit) * 100, n]]);
}
