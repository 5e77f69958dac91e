import { z } from 'zod';
import { streamNameFields } from '../core/stream-name.ts';
import { pageOf, pageQuery } from './page.ts';
import { inOrder, time } from './parameters.ts';

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 10_000;

export const eventQuery = z
  .object({
    ...streamNameFields,
    from: time.optional().describe('The first moment'),
    to: time.optional().describe('The moment after the last'),
    ...pageQuery(DEFAULT_LIMIT, MAX_LIMIT),
  })
  .check(inOrder('from', 'to'));

export const eventPage = pageOf('events', z.looseObject({}).describe('As it was sent')).meta({ id: 'EventPage' });

export const ingestAnswer = z
  .object({
    accepted: z.int(),
    rejected: z.int(),
    duplicates: z.int(),
    errors: z.array(z.object({ index: z.int(), code: z.string(), message: z.string() }).readonly()).readonly(),
    ignored_features: z
      .int()
      .optional()
      .describe('How many paths are stored and not profiled, where a stream has MAX_FEATURES features'),
  })
  .readonly()
  .meta({ id: 'IngestAnswer' });
export type IngestAnswer = z.output<typeof ingestAnswer>;
