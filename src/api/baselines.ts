import { z } from 'zod';
import { FEATURE_TYPES } from '../core/drift/drift-test.ts';
import { sloFields } from '../core/evaluation/slo-document.ts';
import { streamNameFields } from '../core/stream-name.ts';
import { pageOf, pageQuery } from './page.ts';
import { durationOrSeconds, inOrder, text, time, truth } from './parameters.ts';

const slo = z.object(sloFields).readonly().meta({ id: 'SloTargets' });

export const baselineParams = z.object({ baseline: text(128).describe('Its id or its name') });

export const baselineBuild = z
  .object({
    ...streamNameFields,
    window: durationOrSeconds.optional(),
    start: time.optional(),
    end: time.optional(),
    exclude: z
      .array(z.object({ start: time, end: time }).check(inOrder('start', 'end')))
      .max(1_000)
      .optional()
      .describe('Spans to leave out, such as known faults'),
    name: text(128).optional(),
    slo: slo.optional(),
    activate: z.boolean().optional(),
    min_samples: z.int().min(1).optional().describe('Refuse with fewer events in the window'),
  })
  .check(inOrder('start', 'end'))
  .meta({ id: 'BaselineBuild' });

export const baselineImport = z
  .looseObject({ ...streamNameFields, name: text(128).optional() })
  .meta({ id: 'BaselineImport' });
export const baselineImportQuery = z.object({ name: text(128).optional(), activate: truth.optional() });

export const baselineQuery = z.object({
  service: streamNameFields.service.optional(),
  endpoint: streamNameFields.endpoint.optional(),
  active: truth.optional().describe('Only those that are, or are not, their stream’s active one'),
  ...pageQuery(),
});

const feature = z
  .object({
    path: z.string(),
    kind: z.enum(FEATURE_TYPES),
    n: z.number(),
    missing: z.number(),
    mean: z.number().nullable().optional(),
    std: z.number().nullable().optional(),
    min: z.number().nullable().optional(),
    max: z.number().nullable().optional(),
    categories: z.number().optional(),
    top: z
      .array(z.object({ value: z.string(), n: z.number() }).readonly())
      .readonly()
      .optional()
      .describe('The most frequent categories'),
    reason: z.string().optional().describe('Why it is not tested'),
  })
  .readonly()
  .meta({ id: 'BaselineFeature' });
const features = z.array(feature).readonly();

const fields = {
  id: z.int(),
  name: z.string(),
  service: z.string(),
  endpoint: z.string(),
  window_start: z.string(),
  window_end: z.string(),
  samples: z.number(),
  warnings: z.array(z.string()).readonly(),
  active: z.boolean(),
};

export const builtBaseline = z
  .object({ ...fields, features })
  .readonly()
  .meta({ id: 'BuiltBaseline' });
export type BuiltBaseline = z.output<typeof builtBaseline>;

const entry = { ...fields, created_at: z.string(), slo, source: z.string() };

export const baselineEntry = z.object(entry).readonly().meta({ id: 'Baseline' });
export type BaselineEntry = z.output<typeof baselineEntry>;

export const baselineDetails = z
  .object({ ...entry, features })
  .readonly()
  .meta({ id: 'BaselineDetails' });
export type BaselineDetails = z.output<typeof baselineDetails>;

export const baselinePage = pageOf('baselines', baselineEntry).meta({ id: 'BaselinePage' });
export type BaselinePage = z.output<typeof baselinePage>;

export const baselineFile = z
  .object({
    format: z.string(),
    name: z.string(),
    service: z.string(),
    endpoint: z.string(),
    created_at: z.string(),
    window_start: z.string(),
    window_end: z.string(),
    samples: z.number(),
    slo,
    source: z.string(),
    warnings: z.array(z.string()).readonly(),
    features,
    profile: z.string().describe('In base64'),
  })
  .readonly()
  .meta({ id: 'BaselineFile' });
