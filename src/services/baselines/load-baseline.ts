import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { sloOf } from '../../core/drift/slo-document.ts';
import { AppError } from '../../core/errors.ts';
import { decodeProfile, encodeProfile } from '../../core/profile/codec.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { parseTimestamp } from '../../core/time/timestamp.ts';
import type { Interval } from '../../core/time/window.ts';
import { findBaseline } from '../../store/baselines.ts';
import { getOrCreateStream } from '../../store/streams.ts';
import type { EvaluationContext } from '../evaluation/context.ts';
import { defaultSlo } from '../evaluation/evaluate-window.ts';
import { BASELINE_FORMAT } from './baseline-document.ts';
import { warningsOf } from './build-baseline.ts';
import { describeFeatures } from './describe-features.ts';
import { guardBaseline, guardProfile, streamName } from './guard-baseline.ts';
import { type BaselineSummary, saveBaseline } from './save-baseline.ts';

const own = z.object({
  format: z.literal(BASELINE_FORMAT),
  name: z.string(),
  service: streamName(200),
  endpoint: streamName(400),
  window_start: z.string(),
  window_end: z.string(),
  slo: z
    .object({
      success_rate_min: z.number().min(0).max(1).optional(),
      latency_p95_max: z.number().positive().optional(),
    })
    .optional(),
  profile: z.base64(),
});

interface Loaded {
  readonly name: string | undefined;
  readonly service: string;
  readonly endpoint: string;
  readonly window: Interval;
  readonly slo: z.output<typeof own>['slo'];
  readonly profile: Profile;
  readonly source: string;
}

/**
 * Takes a baseline that was written to a file: our own document, or the one of the Intent Drift Monitor & Guard.
 *
 * @throws AppError invalid_baseline that names what is wrong, or conflict when the name is taken
 */
export async function loadBaseline(
  deps: EvaluationContext,
  document: unknown,
  options: { readonly name?: string | undefined; readonly activate?: boolean | undefined } = {},
): Promise<BaselineSummary> {
  const loaded = isOwn(document) ? readOwn(document) : readGuard(document);
  const stream = await getOrCreateStream(deps.db, loaded.service, loaded.endpoint);
  const slo = sloOf(loaded.slo);
  return saveBaseline(deps, {
    stream,
    name: options.name ?? loaded.name,
    window: loaded.window,
    samples: loaded.profile.events,
    slo,
    features: describeFeatures(loaded.profile),
    warnings: warningsOf(loaded.profile, { ...defaultSlo(deps), ...slo }),
    source: loaded.source,
    profile: encodeProfile(loaded.profile),
    activate: options.activate ?? true,
  });
}

/** Loads BASELINE_PATH at start. A file that was loaded by an earlier start is left as it is. */
export async function loadBaselineFile(deps: EvaluationContext, path: string): Promise<BaselineSummary | undefined> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AppError('invalid_baseline', `BASELINE_PATH: ${path} cannot be read as JSON`, { cause });
  }
  const name = isOwn(document) ? readOwn(document).name : readGuard(document).name;
  if (name !== undefined && (await findBaseline(deps.db, name)) !== undefined) return undefined;
  return loadBaseline(deps, document);
}

function isOwn(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'format' in document;
}

function readOwn(document: unknown): Loaded {
  const parsed = parseWith(own, document);
  const window = { startMs: timeOf(parsed.window_start), endMs: timeOf(parsed.window_end) };
  let profile: Profile;
  try {
    profile = decodeProfile(Buffer.from(parsed.profile, 'base64'));
  } catch (cause) {
    throw new AppError('invalid_baseline', 'profile: is damaged, or was written by a newer Plumbline', { cause });
  }
  return { ...parsed, window, slo: parsed.slo, profile, source: 'file' };
}

function readGuard(document: unknown): Loaded {
  const parsed = parseWith(guardBaseline, document);
  const createdMs = timeOf(parsed.created_at);
  const words = `${parsed.service}-${parsed.endpoint}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return {
    name: `${(words || 'baseline').slice(0, 80)}-${new Date(createdMs).toISOString().replace(/[-:]|Z$/g, '')}`,
    service: parsed.service,
    endpoint: parsed.endpoint,
    window: { startMs: createdMs, endMs: createdMs },
    slo: parsed.slo,
    profile: guardProfile(parsed),
    source: 'guard file',
  };
}

function parseWith<T extends z.ZodType>(schema: T, document: unknown): z.output<T> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ path: `/${issue.path.join('/')}`, message: issue.message }));
  throw new AppError('invalid_baseline', `${errors[0]?.path}: ${errors[0]?.message}`, { errors });
}

function timeOf(text: string): number {
  // The guard's own file writes its time without a zone, in UTC.
  const ms = parseTimestamp(/(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  if (typeof ms === 'number') return ms;
  throw new AppError('invalid_baseline', `"${text}" is not an ISO 8601 time`);
}
