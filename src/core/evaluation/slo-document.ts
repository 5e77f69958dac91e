import { z } from 'zod';
import { FAILURE_STATUS_HINT, isFailurePattern } from './failure-status.ts';
import type { SloTargets } from './settings.ts';

const MAX_PATTERNS = 100;
const failurePattern = z
  .union([z.string(), z.int()], FAILURE_STATUS_HINT)
  .refine((pattern) => isFailurePattern(String(pattern)), FAILURE_STATUS_HINT);

/** The fields of SLO targets, as files and requests spell them. */
export const sloFields = {
  success_rate_min: z.number().min(0).max(1).optional(),
  latency_p95_max: z.number().positive().optional(),
  failure_status: z
    .array(failurePattern)
    .min(1)
    .max(MAX_PATTERNS)
    .optional()
    .describe('Which `response.status` is no success: classes (5xx), codes (429), or `not 2xx`'),
};
const sloSchema = z.object(sloFields).readonly();
export type SloDocument = z.output<typeof sloSchema>;

export function sloOf(document: SloDocument | undefined): Partial<SloTargets> {
  const slo = document ?? {};
  return {
    ...(slo.success_rate_min === undefined ? {} : { successMin: slo.success_rate_min }),
    ...(slo.latency_p95_max === undefined ? {} : { p95MaxMs: slo.latency_p95_max }),
    ...(slo.failure_status === undefined ? {} : { failureStatus: slo.failure_status.map(String) }),
  };
}

export function sloDocument(slo: Partial<SloTargets>): SloDocument {
  return {
    ...(slo.successMin === undefined ? {} : { success_rate_min: slo.successMin }),
    ...(slo.p95MaxMs === undefined ? {} : { latency_p95_max: slo.p95MaxMs }),
    ...(slo.failureStatus === undefined ? {} : { failure_status: [...slo.failureStatus] }),
  };
}
