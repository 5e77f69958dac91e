import { z } from 'zod';
import type { SloTargets } from './settings.ts';

/** The fields of SLO targets, as files and requests spell them. */
export const sloFields = {
  success_rate_min: z.number().min(0).max(1).optional(),
  latency_p95_max: z.number().positive().optional(),
};
const sloSchema = z.object(sloFields).readonly();
export type SloDocument = z.output<typeof sloSchema>;

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
