import { AppError } from '../../core/errors.ts';
import { assertNewName, isOwnStream, type StreamName } from '../../core/stream-name.ts';
import { type Baseline, findActiveBaseline, findBaseline, listBaselines } from '../../store/baselines.ts';
import type { Database } from '../../store/database.ts';
import { findStream, findStreamById, type Stream } from '../../store/streams.ts';
import type { EvaluationContext } from './context.ts';

/** The stream of that name; the refusal says how a stream comes into being. */
export async function getStream(db: Database, service: string, endpoint: string): Promise<Stream> {
  const stream = await findStream(db, service, endpoint);
  if (stream !== undefined) return stream;
  assertNewName({ service, endpoint }, 'invalid_request');
  throw new AppError(
    'stream_not_found',
    `No events of service "${service}" and endpoint "${endpoint}" have come in; send some to POST /v1/ingest`,
  );
}

export interface Target {
  readonly stream: Stream;
  readonly baseline: Baseline;
}

export interface TargetQuery {
  readonly service?: string | undefined;
  readonly endpoint?: string | undefined;
  /** A baseline's id or name; without it the stream's active one. */
  readonly baseline?: string | undefined;
}

/**
 * The stream and the baseline that a question is about: named, or of DEFAULT_STREAM, or the only stream of senders that has an active
 * baseline.
 */
export async function resolveTarget(
  { db, config }: Pick<EvaluationContext, 'db' | 'config'>,
  query: TargetQuery,
): Promise<Target> {
  if (query.service !== undefined && query.endpoint !== undefined) {
    const stream = await getStream(db, query.service, query.endpoint);
    return { stream, baseline: await getBaseline(db, stream, query.baseline) };
  }
  if (query.service !== undefined || query.endpoint !== undefined) {
    throw new AppError('invalid_request', 'Give service and endpoint together, or neither');
  }
  if (query.baseline !== undefined) return resolveBaseline(db, query.baseline);
  const stream = config.DEFAULT_STREAM === undefined ? undefined : await getDefaultStream(db, config.DEFAULT_STREAM);
  return stream === undefined ? resolveOnly(db) : { stream, baseline: await getBaseline(db, stream, undefined) };
}

/** DEFAULT_STREAM is service and endpoint with a space between; both may have spaces of their own. */
async function getDefaultStream(db: Database, text: string): Promise<Stream> {
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  for (const at of spaces) {
    const stream = await findStream(db, text.slice(0, at), text.slice(at + 1));
    if (stream !== undefined) return stream;
  }
  throw new AppError(
    'stream_not_found',
    `No events of DEFAULT_STREAM "${text}" have come in; send some, or name service and endpoint`,
  );
}

/** A stream's baseline of a name or id, or its active one; the refusal says how to build one. */
export async function getBaseline(
  db: Database,
  stream: StreamName & { readonly id: number },
  wanted: string | undefined,
): Promise<Baseline> {
  const baseline = wanted === undefined ? await findActiveBaseline(db, stream.id) : await findBaseline(db, wanted);
  if (baseline !== undefined && baseline.streamId === stream.id) return baseline;
  if (wanted !== undefined) throw new AppError('baseline_not_found', `The stream has no baseline "${wanted}"`);
  throw new AppError('baseline_not_found', `The stream has no active baseline; ${howToBuild(stream)}`);
}

function howToBuild(stream: StreamName): string {
  return `build one: plumbline baseline build --service "${stream.service}" --endpoint "${stream.endpoint}"`;
}

async function resolveBaseline(db: Database, wanted: string): Promise<Target> {
  const baseline = await findBaseline(db, wanted);
  const stream = baseline && (await findStreamById(db, baseline.streamId));
  if (baseline === undefined || stream === undefined) {
    throw new AppError('baseline_not_found', `No baseline named "${wanted}" exists`);
  }
  return { stream, baseline };
}

async function resolveOnly(db: Database): Promise<Target> {
  // One more than is listed, and the one of signals, which Plumbline's own fetches make: an old dashboard does not mean it.
  const { baselines } = await listBaselines(db, { isActive: true, limit: MAX_LISTED + 2 });
  const active = baselines.filter(({ service, endpoint }) => !isOwnStream({ service, endpoint }));
  const [only] = active;
  if (only === undefined) {
    throw new AppError(
      'baseline_not_found',
      'No stream has an active baseline; build one: plumbline baseline build --service S --endpoint E',
    );
  }
  if (active.length > 1) throw severalStreams(active);
  const stream = (await findStreamById(db, only.streamId)) as Stream;
  return { stream, baseline: await getBaseline(db, stream, undefined) };
}

const MAX_LISTED = 20;

function severalStreams(active: readonly { service: string; endpoint: string }[]): AppError {
  const names = active.slice(0, MAX_LISTED).map((b) => `service=${b.service}&endpoint=${b.endpoint}`);
  const rest = active.length > MAX_LISTED ? ', …' : '';
  return new AppError(
    'ambiguous_stream',
    `Several streams have an active baseline; add service and endpoint, or set DEFAULT_STREAM. They are: ${names.join(', ')}${rest}`,
  );
}
