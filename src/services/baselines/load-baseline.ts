import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { NOT_2XX } from '../../core/evaluation/failure-status.ts';
import { sloOf } from '../../core/evaluation/slo-document.ts';
import { isFirstVersion } from '../../core/profile/codec/first-version.ts';
import { decodeProfile, encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { assertNewName, streamNameFields } from '../../core/stream-name.ts';
import { parseTimestamp } from '../../core/time/timestamp.ts';
import type { Interval } from '../../core/time/window.ts';
import { findBaseline } from '../../store/baselines.ts';
import type { Database } from '../../store/database.ts';
import { findStream, getOrCreateStream, type Stream } from '../../store/streams.ts';
import type { EvaluationContext } from '../evaluation/context.ts';
import { defaultSlo } from '../evaluation/evaluate-window.ts';
import { BASELINE_FORMAT } from './baseline-document.ts';
import { baselineNameOf } from './baseline-name.ts';
import { warningsOf } from './build-baseline.ts';
import { describeFeatures } from './describe-features.ts';
import { guardBaseline, guardProfile, sloSchema } from './guard-baseline.ts';
import { type BaselineSummary, saveBaseline } from './save-baseline.ts';

const plumblineBaseline = z.object({
  format: z.literal(BASELINE_FORMAT),
  name: z.string(),
  ...streamNameFields,
  window_start: z.string(),
  window_end: z.string(),
  slo: sloSchema.optional(),
  profile: z.base64(),
});

interface LoadedBaseline {
  readonly name: string | undefined;
  readonly service: string;
  readonly endpoint: string;
  readonly window: Interval;
  readonly slo: z.output<typeof plumblineBaseline>['slo'];
  readonly profile: Profile;
  /** From a time, or a system, when only 2xx was a success: it keeps that, unless it says otherwise. */
  readonly isFrom2xx: boolean;
  readonly source: string;
}

/**
 * Saves a baseline that was read from a file: a document of Plumbline, or one of the Intent Drift Monitor & Guard.
 *
 * @throws AppError invalid_baseline that names what is wrong, or conflict when the name exists
 */
export async function loadBaseline(
  context: EvaluationContext,
  document: unknown,
  options: { readonly name?: string | undefined; readonly activate?: boolean | undefined } = {},
): Promise<BaselineSummary> {
  const loaded = readDocument(document);
  const stream = await openStream(context.db, loaded);
  const slo = { ...(loaded.isFrom2xx && { failureStatus: [NOT_2XX] }), ...sloOf(loaded.slo) };
  return saveBaseline(context, {
    stream,
    name: options.name ?? loaded.name,
    window: loaded.window,
    samples: loaded.profile.events,
    slo,
    features: describeFeatures(loaded.profile),
    warnings: warningsOf(loaded.profile, { ...defaultSlo(context), ...slo }),
    source: loaded.source,
    profile: encodeProfile(loaded.profile),
    activate: options.activate ?? true,
  });
}

/** Reads BASELINE_PATH, and stores nothing. */
export async function readBaselineFile(path: string): Promise<LoadedBaseline & { readonly document: unknown }> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AppError('invalid_baseline', `BASELINE_PATH: ${path} cannot be read as JSON`, { cause });
  }
  return { ...readDocument(document), document };
}

/** Loads BASELINE_PATH at start, unless a baseline with its name exists, for example from an earlier start. */
export async function loadBaselineFile(context: EvaluationContext, path: string): Promise<BaselineSummary | undefined> {
  const { name, document } = await readBaselineFile(path);
  if (name !== undefined && (await findBaseline(context.db, name)) !== undefined) return undefined;
  return loadBaseline(context, document);
}

async function openStream(db: Database, { service, endpoint }: LoadedBaseline): Promise<Stream> {
  const known = await findStream(db, service, endpoint);
  if (known !== undefined) return known;
  assertNewName({ service, endpoint }, 'invalid_baseline');
  return getOrCreateStream(db, service, endpoint);
}

function readDocument(document: unknown): LoadedBaseline {
  const hasFormat = typeof document === 'object' && document !== null && 'format' in document;
  return hasFormat ? readPlumblineDocument(document) : readGuardDocument(document);
}

function readPlumblineDocument(document: unknown): LoadedBaseline {
  const parsed = parseWith(plumblineBaseline, document);
  const window = { startMs: timeOf(parsed.window_start), endMs: timeOf(parsed.window_end) };
  const bytes = Buffer.from(parsed.profile, 'base64');
  let profile: Profile;
  try {
    profile = decodeProfile(bytes);
  } catch (cause) {
    throw new AppError('invalid_baseline', 'profile: is damaged, or was written by a newer version of Plumbline', {
      cause,
    });
  }
  return { ...parsed, window, slo: parsed.slo, profile, isFrom2xx: isFirstVersion(bytes), source: 'file' };
}

function readGuardDocument(document: unknown): LoadedBaseline {
  const parsed = parseWith(guardBaseline, document);
  const createdMs = timeOf(parsed.created_at);
  return {
    name: baselineNameOf(parsed, createdMs),
    service: parsed.service,
    endpoint: parsed.endpoint,
    window: { startMs: createdMs, endMs: createdMs },
    slo: parsed.slo,
    profile: guardProfile(parsed),
    isFrom2xx: true,
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
  // The guard writes times in UTC, without a zone.
  const ms = parseTimestamp(/(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  if (typeof ms === 'number') return ms;
  throw new AppError('invalid_baseline', `"${text}" is not an ISO 8601 time`);
}
