import { z } from 'zod';
import { pageOf, pageQuery } from './page.ts';

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
    active_baseline: activeBaseline.nullable(),
  })
  .readonly();

export const streamPage = pageOf('streams', streamEntry);
export type StreamPage = z.output<typeof streamPage>;
