import { z } from 'zod';
import { VERDICTS } from '../core/drift/check.ts';
import { testFloors, testNames } from '../core/drift/test-choice.ts';
import { listOr } from '../core/format/list-or.ts';
import { COLUMN_TYPES } from '../core/table/cells/column-type.ts';
import { DATE_ORDERS } from '../core/table/cells/date-format.ts';
import { DECIMAL_MARKS } from '../core/table/cells/number-format.ts';
import { comparisonOptions, driftShare } from './comparison-options.ts';

const COLUMN_CHOICES = [...COLUMN_TYPES, 'ignore'] as const;

const level = z.number('use a number between 0 and 1').gt(0, 'use a number above 0').lt(1, 'use a number below 1');

const options = {
  categorical_features: z
    .array(z.string())
    .optional()
    .describe('Names of columns that hold names, whatever they look like'),
  significance_level: level.optional().describe('Level of the p-values, after the correction; .05 by default'),
  psi_threshold: z.number().gt(0, 'use a number above 0').optional().describe('The PSI that counts; .25 by default'),
  ...comparisonOptions,
  tests: testNames.optional(),
  floors: testFloors.optional().describe('Smallest effect that counts, by test'),
  drift_share: driftShare.optional(),
  decimal: z
    .enum(DECIMAL_MARKS, `use ${listOr(DECIMAL_MARKS)}`)
    .optional()
    .describe('The decimal mark of numbers in texts; read off the first rows by default'),
  dates: z
    .enum(DATE_ORDERS, `use ${listOr(DATE_ORDERS)}`)
    .optional()
    .describe('The order of day, month and year in dates; read off the first rows by default'),
  features: z
    .record(
      z.string(),
      z.object({
        type: z.enum(COLUMN_CHOICES, `use ${listOr(COLUMN_CHOICES)}`).optional(),
        tests: testNames.optional(),
        floors: testFloors.optional(),
        significance_level: level.optional(),
      }),
    )
    .optional()
    .describe('What single columns do differently'),
};

/** The fields of a form, beside its two files. */
export const detectDriftOptions = z.object(options);
export type DetectDriftOptions = z.output<typeof detectDriftOptions>;

const file = z.any().meta({ type: 'string', format: 'binary' });
/** For the page of the API only: a form is read part by part. */
export const detectDriftForm = detectDriftOptions.extend({ reference: file, production: file });

const rows = z
  .array(z.any().meta({ type: 'object', additionalProperties: true }), 'use a list of objects')
  .min(1, 'is empty; give at least one row');
export const detectDriftRequest = z
  .object({
    reference_data: rows.describe('Rows as they should be: objects of column → number, text, boolean or null'),
    production_data: rows.describe('Rows as they are'),
    ...options,
  })
  .meta({ id: 'DetectDriftRequest' });

const namedTest = z.looseObject({ test: z.string(), drift_detected: z.boolean() }).readonly();

/** Loose: docs/statistics.md has the fields of each test. */
export const detectDriftAnswer = z
  .looseObject({
    drift_detected: z.boolean(),
    features_with_drift: z.array(z.string()).readonly(),
    feature_details: z
      .record(
        z.string(),
        z
          .looseObject({
            type: z.enum(['continuous', 'categorical', 'timestamp']),
            ks_test: namedTest.optional(),
            psi: namedTest.optional(),
            chi_square: namedTest.optional(),
            drift_detected: z.boolean(),
            verdict: z.enum(VERDICTS),
          })
          .readonly(),
      )
      .readonly(),
    summary: z.string(),
    verdict: z.enum(VERDICTS),
  })
  .readonly()
  .meta({ id: 'DetectDriftAnswer' });
