import { z } from 'zod';
import { VERDICTS } from '../core/drift/check.ts';
import { POLICIES } from '../core/drift/drift-test.ts';
import { DIRECTIONS } from '../core/drift/movement/direction.ts';
import { PRESET_NAMES } from '../core/drift/presets/table.ts';
import { EVALUATION_STATES, EVALUATION_STATUSES } from '../core/evaluation/evaluation.ts';
import { REFERENCE_KINDS } from '../core/evaluation/reference-kind.ts';
import { listOr } from '../core/format/list-or.ts';
import { streamNameFields } from '../core/stream-name.ts';
import { comparisonOptions, driftShareInQuery, testNamesInQuery } from './comparison-options.ts';
import { pageOf, pageQuery } from './page.ts';
import { inOrder, text, time, wholeNumber } from './parameters.ts';

const MAX_WINDOW_MINUTES = 43_200;

export const latestReportQuery = z
  .object({
    window_minutes: wholeNumber(1, MAX_WINDOW_MINUTES, 'invalid_window')
      .optional()
      .describe('The window that ends now, in minutes; DRIFT_WINDOW_MINUTES when not given'),
    start: time.optional().describe('A window of the past instead: from here'),
    end: time.optional().describe('… to here; now when not given'),
    service: streamNameFields.service.optional(),
    endpoint: streamNameFields.endpoint.optional(),
    baseline: text().optional().describe('Its id or name; the active one when not given'),
    ...comparisonOptions,
    tests: testNamesInQuery.optional(),
    drift_share: driftShareInQuery.optional(),
  })
  .check(inOrder('start', 'end'));

export const reportQuery = z
  .object({
    stream: wholeNumber(1, Number.MAX_SAFE_INTEGER).describe('The `id` of a stream, see /v1/streams'),
    from: time.optional(),
    to: time.optional(),
    ...pageQuery(),
  })
  .check(inOrder('from', 'to'));

const sides = { reference: z.number(), current: z.number() };

/** Loose, because each test has fields of its own. */
const check = z
  .looseObject({
    ok: z.boolean(),
    state: z.string(),
    verdict: z.enum(VERDICTS).optional().describe('Of a service level: `drift` when it is broken'),
    at: z.union([z.number(), z.string()]).nullable().optional().describe('Where both windows differ most'),
    direction: z
      .string()
      .nullable()
      .optional()
      .describe(`Of a drift: ${listOr(DIRECTIONS)}; of kl, what is measured from what`),
    median: z.object(sides).readonly().optional().describe('Of a drift in numbers: how their middle moved'),
    share: z
      .object({ category: z.string(), ...sides })
      .readonly()
      .optional()
      .describe('Of a drift in categories: the one whose share moved most'),
  })
  .readonly()
  .meta({ id: 'Check' });
export type ReportCheck = z.output<typeof check>;

export const report = z
  .object({
    generated_at: z.string(),
    window_minutes: z.number(),
    samples: z.number(),
    status: z.enum(EVALUATION_STATUSES),
    checks: z
      .record(z.string(), check)
      .readonly()
      .describe('By `<feature>_<test>`, then `success_rate` and `latency_p95`'),
    state: z.string().describe(listOr(EVALUATION_STATES)),
    verdicts: z
      .object({ tested: z.int(), drift: z.int(), no_drift: z.int(), inconclusive: z.int() })
      .readonly()
      .optional()
      .describe('How many tests came to which verdict'),
    service: z.string(),
    endpoint: z.string(),
    window_start: z.string(),
    window_end: z.string(),
    baseline: z
      .object({ id: z.int(), name: z.string(), created_at: z.string() })
      .readonly()
      .nullable()
      .describe('Null where the reference is not a baseline'),
    reference: z
      .object({
        kind: z.enum(REFERENCE_KINDS),
        windows: z
          .array(z.object({ start: z.string(), end: z.string() }).readonly())
          .readonly()
          .optional()
          .describe('The windows of the reference, when it is not a baseline'),
      })
      .readonly(),
    policy: z.enum(POLICIES),
    preset: z.enum(PRESET_NAMES).optional(),
    not_tested: z
      .array(
        z
          .object({ feature: z.string(), reason: z.string(), cardinality: z.number(), missing_share: z.number() })
          .readonly(),
      )
      .readonly(),
    added_features: z.array(z.string()).readonly(),
  })
  .readonly()
  .meta({ id: 'Report' });
export type Report = z.output<typeof report>;

export const reportPage = pageOf('reports', report).meta({ id: 'ReportPage' });
