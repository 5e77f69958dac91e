import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TEST_NAMES } from '../../core/drift/test-name.ts';
import { AppError, type FieldError } from '../../core/errors.ts';
import { listOr } from '../../core/format/list-or.ts';
import { profileInSteps } from '../../core/table/rows-table.ts';
import { COLUMN_TYPES, type ReadOptions, type TableColumns } from '../../core/table/table-profiler.ts';
import { runStepsInTurns } from '../../runtime/workers/run-in-turns.ts';
import { type DetectDriftBody, detectInSteps } from '../../services/datasets/detect-drift.ts';
import type { DetectOptions } from '../../services/datasets/detect-settings.ts';
import { declaredTypes } from '../../services/datasets/drift-detector.ts';
import { pairOf } from '../../services/datasets/read-pair.ts';
import { readChunks } from '../../services/datasets/read-table.ts';
import { aggregateOf, comparisonOptions, driftShare, testNames } from '../comparison-options.ts';
import type { HttpApp } from '../deps.ts';

const MEBIBYTE = 1024 * 1024;
const LARGEST_BODY = 64 * MEBIBYTE;
/** Files are folded as they arrive and never held, so that they may be larger than a body. */
const LARGEST_FILE = 1024 * MEBIBYTE;
const LARGEST_FIELD = 256 * 1024;
const COLUMN_CHOICES = [...COLUMN_TYPES, 'ignore'] as const;
const SIDES = ['reference', 'production'] as const;

const level = z.number('use a number between 0 and 1').gt(0, 'use a number above 0').lt(1, 'use a number below 1');
const floors = z.partialRecord(z.enum(TEST_NAMES), z.number().min(0));
const names = z.array(z.string()).describe('Column names');

const options = {
  categorical_features: names.optional().describe('Columns that hold names, whatever they look like'),
  significance_level: level.optional().describe('Level of the p-values, after the correction; .05 by default'),
  psi_threshold: z.number().gt(0, 'use a number above 0').optional().describe('The PSI that counts; .25 by default'),
  ...comparisonOptions,
  tests: testNames.optional(),
  floors: floors.optional().describe('Smallest effect that counts, by test'),
  drift_share: driftShare.optional(),
  features: z
    .record(
      z.string(),
      z.object({
        type: z.enum(COLUMN_CHOICES, `use ${listOr(COLUMN_CHOICES)}`).optional(),
        tests: testNames.optional(),
        floors: floors.optional(),
        significance_level: level.optional(),
      }),
    )
    .optional()
    .describe('What single columns do differently'),
};
const optionsBody = z.object(options);
type Options = z.infer<typeof optionsBody>;

const rows = z.array(z.any(), 'use a list of objects').min(1, 'is empty; give at least one row');
const body = z.object({
  reference_data: rows.describe('Rows as they should be: objects of column → number, text, boolean or null'),
  production_data: rows.describe('Rows as they are'),
  ...options,
});

const namedTest = z.looseObject({ test: z.string(), drift_detected: z.boolean() });
const answer = z.looseObject({
  drift_detected: z.boolean(),
  features_with_drift: z.array(z.string()),
  feature_details: z.record(
    z.string(),
    z.looseObject({
      type: z.enum(['continuous', 'categorical']),
      ks_test: namedTest.optional(),
      psi: namedTest.optional(),
      chi_square: namedTest.optional(),
      drift_detected: z.boolean(),
    }),
  ),
  summary: z.string(),
});

const DESCRIPTION = `JSON with both tables, or \`multipart/form-data\` with files \`reference\` and \`production\` (CSV, NDJSON or JSON, gzip
allowed), which are folded as they arrive, and the options as fields. Columns that production lacks, or has beside, are reported.`;

/** POST /detect-drift: Sentinel's route, which stores nothing. */
export function detectDriftRoutes(app: HttpApp): void {
  app.register(async (scope) => {
    await scope.register(multipart, {
      limits: { fileSize: LARGEST_FILE, files: 2, fields: 20, fieldSize: LARGEST_FIELD },
    });
    scope.post(
      '/detect-drift',
      {
        bodyLimit: LARGEST_BODY,
        schema: {
          tags: ['comparison'],
          summary: 'Compare two tables',
          description: DESCRIPTION,
          body,
          response: { 200: answer },
        },
        // A form is read by the handler, which holds its fields to the same schema.
        validatorCompiler: () => (value: unknown) => ({ value }),
        // The answer is our own, and may have ten thousand columns.
        serializerCompiler: () => JSON.stringify,
      },
      (request, reply) => (request.isMultipart() ? detectInForm(request, reply) : detectInJson(request)),
    );
  });
}

async function detectInJson(request: FastifyRequest): Promise<DetectDriftBody> {
  const given = parse(body, request.body ?? {});
  const read = readOptions(given);
  const reference = await runStepsInTurns(profileInSteps(given.reference_data, 'reference_data', read));
  const production = await runStepsInTurns(profileInSteps(given.production_data, 'production_data', read));
  return compare(reference, production, given);
}

async function detectInForm(request: FastifyRequest, reply: FastifyReply): Promise<DetectDriftBody> {
  const tables = new Map<string, TableColumns>();
  const fields: Record<string, unknown> = {};
  try {
    for await (const part of request.parts()) await takePart(part, tables, fields);
  } catch (error) {
    // What is still on its way is read and dropped, or the client would never see the answer.
    reply.header('connection', 'close');
    request.raw.unpipe();
    request.raw.resume();
    throw formError(error);
  }
  const [reference, production] = SIDES.map((side) => tables.get(side));
  if (reference === undefined || production === undefined)
    throw new AppError('invalid_dataset', 'Send two files, in the parts `reference` and `production`.');
  return compare(reference, production, parse(optionsBody, fields));
}

async function takePart(part: Multipart, tables: Map<string, TableColumns>, fields: Record<string, unknown>) {
  if (part.type === 'field') {
    fields[part.fieldname] = fieldValue(part.fieldname, String(part.value));
    return;
  }
  if (!(SIDES as readonly string[]).includes(part.fieldname) || tables.has(part.fieldname))
    throw new AppError(
      'invalid_dataset',
      `There is no place for the file ${JSON.stringify(part.fieldname.slice(0, 80))}; send one as \`reference\`, one as \`production\`.`,
    );
  const kinds =
    fields.categorical_features === undefined && fields.features === undefined
      ? undefined
      : readOptions(parse(optionsBody, fields));
  tables.set(part.fieldname, await readChunks(part.file, part.fieldname, kinds));
  if (part.file.truncated) throw new AppError('too_large', `The file ${part.fieldname} is over 1 GiB.`);
}

/** JSON where it is JSON, a list where the names are separated by commas, else text. */
function fieldValue(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return name === 'categorical_features' || (name === 'tests' && text !== 'auto')
      ? text.split(',').map((item) => item.trim())
      : text;
  }
}

function formError(error: unknown): unknown {
  const code = (error as { code?: string }).code ?? '';
  if (error instanceof AppError || !(code.startsWith('FST_') || code.startsWith('Z_') || code.startsWith('ERR_')))
    return error;
  if (code === 'FST_REQ_FILE_TOO_LARGE') return new AppError('too_large', 'A file is over 1 GiB.');
  return new AppError('invalid_dataset', `The form cannot be read: ${(error as Error).message}`);
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors: FieldError[] = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const detail = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  throw new AppError('invalid_request', `${detail.join('; ')}.`, { errors });
}

function readOptions({ categorical_features: categorical = [], features = {} }: Options): ReadOptions {
  const of = (type: string) => Object.keys(features).filter((name) => features[name]?.type === type);
  const both = categorical.find((name) => features[name]?.type === 'numeric');
  if (both !== undefined)
    throw new AppError('invalid_request', `features.${both}.type: is numeric, but categorical_features has it too.`);
  return { types: declaredTypes([...categorical, ...of('categorical')], of('numeric')), ignore: of('ignore') };
}

function compare(reference: TableColumns, production: TableColumns, given: Options): Promise<DetectDriftBody> {
  const features = Object.entries(given.features ?? {}).map(
    ([name, { tests, floors, significance_level: alpha }]) =>
      [name, { ...(tests && { tests }), ...(floors && { floors }), ...(alpha !== undefined && { alpha }) }] as const,
  );
  const how: DetectOptions = {
    significanceLevel: given.significance_level,
    psiThreshold: given.psi_threshold,
    policy: given.policy,
    preset: given.preset,
    tests: given.tests,
    floors: given.floors,
    correction: given.correction,
    aggregate: aggregateOf(given),
    features: new Map(features),
  };
  return runStepsInTurns(detectInSteps(pairOf(reference, production, readOptions(given)), how));
}
