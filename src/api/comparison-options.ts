import { z } from 'zod';
import { AGGREGATE_RULES } from '../core/drift/aggregate-rule.ts';
import { POLICIES } from '../core/drift/drift-test.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from '../core/drift/presets/table.ts';
import { type Aggregate, CORRECTIONS, type Correction, type TestChoice } from '../core/drift/settings.ts';
import { testNames } from '../core/drift/test-choice.ts';
import { listOr } from '../core/format/list-or.ts';

/** How a comparison is made, wherever it is asked for; bodies take them as they are, queries as text. */
export const comparisonOptions = {
  policy: z.enum(POLICIES, `use ${listOr(POLICIES)}`).optional(),
  preset: z
    .enum(PRESET_NAMES, `use one of ${PRESET_NAMES.join(', ')}`)
    .optional()
    .describe('Another tool’s numbers and verdicts'),
  correction: z.enum(CORRECTIONS, `use ${listOr(CORRECTIONS)}`).optional(),
  aggregate: z
    .enum(AGGREGATE_RULES, `use ${listOr(AGGREGATE_RULES)}`)
    .optional()
    .describe('How many features must drift before the whole does'),
};

/** A list of tests in a query: by comma. */
export const testNamesInQuery = z
  .string()
  .transform((text) => (text === 'auto' ? text : text.split(',').map((name) => name.trim())))
  .pipe(testNames)
  .meta({ type: 'string', description: '`auto`, or names by comma' });

export const driftShare = z.number().gt(0).max(1).describe('With aggregate share: .5 by default');

export const driftShareInQuery = z
  .string()
  .transform((text) => (text.trim() === '' ? Number.NaN : Number(text)))
  .pipe(z.number('use a number above 0, at most 1').gt(0).max(1))
  .meta({ type: 'number', description: 'With aggregate share: .5 by default' });

export interface ComparisonChoice {
  readonly tests?: TestChoice | undefined;
  readonly preset?: PresetName | undefined;
  readonly correction?: Correction | undefined;
  readonly aggregate?: Aggregate['rule'] | undefined;
  readonly drift_share?: number | undefined;
}

/** The rule asked for, else the tool's own. */
export function aggregateOf({ aggregate, drift_share: share, preset }: ComparisonChoice): Aggregate | undefined {
  const rule = aggregate ?? (preset && PRESETS[preset].aggregate);
  return rule && { rule, ...(share !== undefined && { share }) };
}
