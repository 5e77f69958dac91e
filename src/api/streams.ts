import { z } from 'zod';
import { FEATURE_TYPES } from '../core/drift/drift-test.ts';
import { streamNameFields } from '../core/stream-name.ts';
import { pageOf, pageQuery } from './page.ts';
import { inOrder, lengthOfTime, time } from './parameters.ts';

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
  .readonly()
  .meta({ id: 'Stream' });

export const streamPage = pageOf('streams', streamEntry).meta({ id: 'StreamPage' });
export type StreamPage = z.output<typeof streamPage>;
export type StreamEntry = StreamPage['streams'][number];

export const featureQuery = z
  .object({
    ...streamNameFields,
    window: lengthOfTime().optional().describe('The window that ends now; a day when not given'),
    start: time.optional().describe('A window of the past instead: from here'),
    end: time.optional().describe('… to here; now when not given'),
  })
  .check(inOrder('start', 'end'));

const feature = z
  .object({
    path: z.string(),
    kind: z.enum(FEATURE_TYPES).nullable().describe('Null where neither the window nor the baseline has a value'),
    share: z
      .number()
      .nullable()
      .describe('Share of the events of the window that have it; null without events, or where it is not profiled'),
    profiled: z.boolean().describe('False of paths beyond MAX_FEATURES: stored in events, and not compared'),
    in_baseline: z.boolean().nullable().describe('Whether the active baseline has it; null without one'),
  })
  .readonly()
  .meta({ id: 'StreamFeature' });

export const featureList = z
  .object({
    service: z.string(),
    endpoint: z.string(),
    window_start: z.string(),
    window_end: z.string(),
    samples: z.number(),
    baseline: activeBaseline.nullable(),
    features: z.array(feature).readonly().describe('By path'),
  })
  .readonly()
  .meta({ id: 'FeatureList' });
export type FeatureList = z.output<typeof featureList>;

export const rebuildRequest = z
  .object({ ...streamNameFields, from: time, to: time })
  .check(inOrder('from', 'to'))
  .meta({ id: 'RebuildRequest' });
export const rebuildAnswer = z.object({ minutes: z.int(), events: z.int() }).readonly().meta({ id: 'RebuildAnswer' });
export type RebuildAnswer = z.output<typeof rebuildAnswer>;
