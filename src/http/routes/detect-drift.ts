import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { aggregateOf } from '../../api/comparison-options.ts';
import {
  type DetectDriftOptions,
  detectDriftAnswer,
  detectDriftForm,
  detectDriftOptions,
  detectDriftRequest,
} from '../../api/detect-drift.ts';
import { AppError, type FieldError } from '../../core/errors.ts';
import type { ColumnType } from '../../core/table/cells/column-type.ts';
import { pairDatasets } from '../../core/table/dataset-pair.ts';
import { profileInSteps } from '../../core/table/rows-table.ts';
import type { ReadOptions, TableColumns } from '../../core/table/table-profiler.ts';
import { runStepsInTurns } from '../../runtime/workers/run-in-turns.ts';
import { nextTurn } from '../../runtime/workers/turns.ts';
import { type DetectDriftBody, detectInSteps } from '../../services/datasets/detect-drift.ts';
import { type DetectOptions, toolOf } from '../../services/datasets/detect-settings.ts';
import { naming, readChunks } from '../../services/datasets/read-table.ts';
import { splitTables } from '../../services/datasets/read-tables.ts';
import { endWhenSlow, type SlowBodies } from '../body/slow-bodies.ts';
import { takeTextBodies } from '../body/text-body.ts';
import type { HttpApp, HttpContext } from '../context.ts';
import { FURTHER_BODIES } from '../openapi/bodies.ts';

const MEBIBYTE = 1024 * 1024;
const LARGEST_BODY = 64 * MEBIBYTE;
/** Files are folded as they arrive and never held, so that they may be larger than a body. */
const LARGEST_FILE = 1024 * MEBIBYTE;
const LARGEST_FIELD = 256 * 1024;
const SIDES = ['reference', 'production'] as const;
/** Fields that say how files are read, so that they must come before the files. */
const READ_FIELDS = ['categorical_features', 'features', 'decimal', 'dates'] as const;

const DESCRIPTION = `JSON with both tables, or \`multipart/form-data\` with files \`reference\` and \`production\` (CSV, NDJSON or JSON, gzip
allowed), which are folded as they arrive, and the options as fields. Columns that production lacks, or has beside, are reported.`;

/** POST /detect-drift: Sentinel's route, which stores nothing. */
export function detectDriftRoutes(app: HttpApp, { bodies }: Pick<HttpContext, 'bodies'>): void {
  app.register(async (scope) => {
    takeTextBodies(scope, ['application/json'], { bodies, maxBytes: LARGEST_BODY });
    await scope.register(multipart, {
      limits: { fileSize: LARGEST_FILE, files: 2, fields: 20, fieldSize: LARGEST_FIELD },
    });
    scope.post(
      '/detect-drift',
      {
        bodyLimit: LARGEST_BODY,
        schema: {
          tags: ['comparison'],
          operationId: 'detectDrift',
          summary: 'Compare two tables',
          description: DESCRIPTION,
          body: detectDriftRequest,
          [FURTHER_BODIES]: { 'multipart/form-data': detectDriftForm },
          response: { 200: detectDriftAnswer },
        },
        // A form is read by the handler, which holds its fields to the same schema.
        validatorCompiler: () => (value: unknown) => ({ value }),
        // The answer is our own, and may have ten thousand columns.
        serializerCompiler: () => JSON.stringify,
      },
      (request, reply) => (request.isMultipart() ? detectInForm(request, reply, bodies.slow) : detectInJson(request)),
    );
  });
}

async function detectInJson(request: FastifyRequest): Promise<DetectDriftBody> {
  await nextTurn();
  const { outline, rowsOf } = splitTables((request.body ?? '{}') as string, ['reference_data', 'production_data']);
  const given = parse(detectDriftRequest, outline);
  const read = { ...readOptions(given), book: bookOf(request) };
  const profile = (name: string, options: ReadOptions) => runStepsInTurns(profileInSteps(rowsOf(name), name, options));
  const reference = await profile('reference_data', read);
  const production = await profile('production_data', { ...read, like: reference.formats });
  return compare(reference, production, given);
}

async function detectInForm(request: FastifyRequest, reply: FastifyReply, slow: SlowBodies): Promise<DetectDriftBody> {
  const form: Form = { tables: new Map(), fields: {} };
  const late = endWhenSlow(request, slow);
  try {
    await Promise.race([readForm(request, form), late.error]);
  } catch (error) {
    // What is still on its way is read and dropped, or the client would never see the answer.
    reply.header('connection', 'close');
    request.raw.unpipe();
    request.raw.resume();
    throw error;
  } finally {
    late.stop();
  }
  const [reference, production] = SIDES.map((side) => form.tables.get(side));
  if (reference === undefined || production === undefined)
    throw new AppError('invalid_dataset', 'Send two files, in the parts `reference` and `production`.');
  return compare(reference, production, parse(detectDriftOptions, form.fields));
}

/** What has been read of a form. */
interface Form {
  readonly tables: Map<string, TableColumns>;
  readonly fields: Record<string, unknown>;
}

async function readForm(request: FastifyRequest, form: Form): Promise<void> {
  const parts = request.parts();
  for (;;) {
    const next = await parts.next().catch((error: unknown) => {
      throw formError(error);
    });
    if (next.done === true) return;
    await takePart(next.value, form, bookOf(request));
  }
}

function bookOf({ booking }: FastifyRequest): (bytes: number) => void {
  return (bytes) => booking?.take(bytes);
}

async function takePart(part: Multipart, { tables, fields }: Form, book: (bytes: number) => void): Promise<void> {
  if (part.type === 'field') {
    fields[part.fieldname] = fieldValue(part.fieldname, String(part.value));
    return;
  }
  // Its type says that a part has a name; a form can leave it out.
  const name: string | undefined = part.fieldname;
  if (!(SIDES as readonly string[]).includes(part.fieldname) || tables.has(part.fieldname))
    throw new AppError(
      'invalid_dataset',
      `Unknown file field ${JSON.stringify((name ?? '').slice(0, 80))}; send one as \`reference\`, one as \`production\`.`,
    );
  const read = READ_FIELDS.some((name) => fields[name] !== undefined)
    ? readOptions(parse(detectDriftOptions, fields))
    : {};
  const like = tables.get('reference')?.formats;
  try {
    tables.set(part.fieldname, await readChunks(part.file, part.fieldname, { ...read, like, book }));
  } catch (error) {
    throw error instanceof AppError && part.filename ? naming(part.filename, error) : error;
  }
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

/** What the parser of forms throws: most of it is about what was sent, and has no code. */
function formError(error: unknown): AppError {
  if ((error as { code?: string }).code === 'FST_REQ_FILE_TOO_LARGE')
    return new AppError('too_large', 'A file is over 1 GiB.');
  const why = error instanceof Error ? error.message : String(error);
  return new AppError('invalid_dataset', `The form cannot be read: ${why}. Send multipart/form-data, whole.`);
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors: FieldError[] = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const detail = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  throw new AppError('invalid_request', `${detail.join('; ')}.`, { errors });
}

function readOptions({ categorical_features: categorical = [], features = {}, decimal, dates }: DetectDriftOptions) {
  const both = categorical.find((name) => ![undefined, 'categorical', 'boolean'].includes(features[name]?.type));
  if (both !== undefined)
    throw new AppError(
      'invalid_request',
      `features.${both}.type: is ${features[both]?.type}, but categorical_features has it too.`,
    );
  const types = new Map<string, ColumnType>(categorical.map((name) => [name, 'categorical']));
  const ignore: string[] = [];
  for (const [name, { type }] of Object.entries(features)) {
    if (type === 'ignore') ignore.push(name);
    else if (type !== undefined) types.set(name, type);
  }
  return { types, ignore, decimal, dates };
}

function compare(
  reference: TableColumns,
  production: TableColumns,
  given: DetectDriftOptions,
): Promise<DetectDriftBody> {
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
  const pair = pairDatasets(reference, production, { ...readOptions(given), tool: toolOf(given) });
  return runStepsInTurns(detectInSteps(pair, how));
}
