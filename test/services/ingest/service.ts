import { type Config, configSchema } from '../../../src/config/config.ts';
import { AppError } from '../../../src/core/errors.ts';
import { decodeProfile } from '../../../src/core/profile/codec/profile-codec.ts';
import { mergeProfiles, type Profile } from '../../../src/core/profile/profile.ts';
import type { Clock } from '../../../src/core/time/clock.ts';
import { Ingest, type IngestResult, SILENT_INGEST_METRICS } from '../../../src/services/ingest/ingest.ts';
import type { Database } from '../../../src/store/database.ts';
import { listEvents } from '../../../src/store/events.ts';
import { listProfileRefs, loadProfiles } from '../../../src/store/stored-profiles.ts';
import { findStream } from '../../../src/store/streams.ts';

export const NOW_MS = Date.UTC(2026, 4, 4, 12, 30, 30);

/** A clock that stands still until a test moves it. */
export function drivenClock(startMs: number = NOW_MS): Clock & { set(ms: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
  };
}

export function testConfig(env: Readonly<Record<string, string>> = {}): Config {
  return configSchema.parse(env);
}

export function openIngest(
  db: Database,
  env: Readonly<Record<string, string>> = {},
  clock: Clock = drivenClock(),
): Ingest {
  return new Ingest({ db, config: testConfig(env), clock, metrics: SILENT_INGEST_METRICS });
}

export interface Sending {
  readonly isStrict?: boolean;
  readonly key?: string;
  readonly format?: 'json' | 'ndjson';
}

export function send(ingest: Ingest, body: unknown, options: Sending = {}): Promise<IngestResult> {
  return ingest.submit({
    text: typeof body === 'string' ? body : JSON.stringify(body),
    format: options.format ?? 'json',
    isStrict: options.isStrict ?? false,
    idempotencyKey: options.key,
  });
}

let streams = 0;

/** A payment event of a stream that no other test has. */
export function newStream(): (fields?: object, response?: object) => Record<string, unknown> {
  const endpoint = `POST /test/${++streams}`;
  return (fields = {}, response = { status: 200, duration_ms: 800 }) => ({
    ts: new Date(NOW_MS - 60_000).toISOString(),
    service: 'payments',
    endpoint,
    request: { body: { amount: 12.5, currency: 'USD' } },
    response,
    ...fields,
  });
}

/** The stored events of the stream of an event, and the merged profile. */
export async function storedOf(
  db: Database,
  event: Record<string, unknown>,
): Promise<{ events: unknown[]; profile: Profile }> {
  const stream = await findStream(db, String(event.service), String(event.endpoint));
  if (stream === undefined) return { events: [], profile: mergeProfiles([]) };
  const { events } = await listEvents(db, { streamId: stream.id, limit: 10_000 });
  const refs = await listProfileRefs(db, stream.id, { startMs: 0, endMs: Date.UTC(2100, 0, 1) });
  const profiles = await loadProfiles(
    db,
    stream.id,
    refs.map((ref) => ref.id),
  );
  return {
    events: events.map((text) => JSON.parse(text)),
    profile: mergeProfiles(profiles.map(({ profile }) => decodeProfile(profile))),
  };
}

export async function refusal(sent: Promise<unknown>): Promise<AppError> {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
}
