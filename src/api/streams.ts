import { z } from 'zod';
import { streamNameFields } from '../core/stream-name.ts';
import { pageOf, pageQuery } from './page.ts';
import { inOrder, time } from './parameters.ts';

export const streamQuery = z.object(pageQuery());

const activeBaseline = z.object({ id: z.int(), name: z.string(), created_at: z.string() }).readonly();
const streamEntry = z
  .object({
    id: z.int(),
    service: z.string(),
    endpoint: z.string(),
    created_at: z.string(),
    last_event: z.string().nullable().describe('The time of its newest stored event'),
    features: z.int().describe('How many features its events have shown'),
    ignored_features: z
      .int()
      .describe('How many further paths its events have shown, stored and not profiled; counted up to 1,000'),
    active_baseline: activeBaseline.nullable(),
  })
  .readonly();

export const streamPage = pageOf('streams', streamEntry);
export type StreamPage = z.output<typeof streamPage>;

export const rebuildRequest = z.object({ ...streamNameFields, from: time, to: time }).check(inOrder('from', 'to'));
export const rebuildAnswer = z.object({ minutes: z.int(), events: z.int() }).readonly();
export type RebuildAnswer = z.output<typeof rebuildAnswer>;
