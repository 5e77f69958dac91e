import { z } from 'zod';

const state = z.enum(['up', 'down']);

export const healthAnswer = z
  .object({
    status: z.literal('ok'),
    ok: z.literal(true),
    version: z.string(),
    is_monitoring: z.boolean(),
    config: z
      .object({
        kl_threshold: z.number(),
        psi_threshold: z.number(),
        accuracy_min: z.number(),
        sliding_window_days: z.number(),
        check_interval_hours: z.number(),
      })
      .readonly(),
    redis: z.literal('not used'),
    api: state,
    drift_detector: z.literal('ready'),
    database: state,
  })
  .readonly()
  .meta({ id: 'Health' });

export const rootAnswer = z
  .object({
    status: z.literal('healthy'),
    service: z.literal('Plumbline'),
    version: z.string(),
    endpoints: z.record(z.string(), z.string()).readonly().describe('Paths by what they are for'),
  })
  .readonly()
  .meta({ id: 'ServiceDescription' });

export const aliveAnswer = z
  .object({ status: z.literal('alive') })
  .readonly()
  .meta({ id: 'Liveness' });
export const readyAnswer = z
  .object({ status: z.literal('ready'), database: z.literal('up'), pending_migrations: z.literal(0) })
  .readonly()
  .meta({ id: 'Readiness' });
