import type { Config } from '../../config/config.ts';
import type { Moments } from '../../core/profile/moments.ts';
import { joinPath } from '../../core/profile/path.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { SIGNAL_STREAM } from '../../core/stream-name.ts';
import { parseDuration } from '../../core/time/window.ts';
import { LIVE_SOURCE, type SignalSource } from '../../core/upstream-mode.ts';
import type { Database } from '../../store/database.ts';
import { findStream, type Stream } from '../../store/streams.ts';
import { SCORE_PATH, SIGNALS } from '../sources/signal-event.ts';

/** Which values to read. */
export interface ValuesQuery {
  /** `darshan` is the configured source, mock or live. */
  readonly source?: SignalSource | undefined;
  readonly signal?: string | undefined;
}

/** What is measured when a request names no window: the first of DEFAULT_WINDOWS, which the configuration has checked. */
export function defaultWindowMs({ DEFAULT_WINDOWS: [first = '1h'] }: Config): number {
  return parseDuration(first) as number;
}

/** The stream with the values; undefined when there are none, or when the source is not the configured one. */
export async function findValues(db: Database, config: Config, { source }: ValuesQuery): Promise<Stream | undefined> {
  if (source !== undefined && source !== 'darshan' && nameSource(source) !== nameSource(config.DARSHAN_MODE))
    return undefined;
  return findStream(db, SIGNAL_STREAM.service, SIGNAL_STREAM.endpoint);
}

/** The moments of all values, or of one signal. */
export function momentsOf(profile: Profile, { signal }: ValuesQuery): Moments | undefined {
  const path = signal === undefined ? SCORE_PATH : joinPath(SIGNALS, signal);
  return profile.features.get(path)?.numeric?.moments;
}

export function inputsOf({ DARSHAN_MODE: mode }: Config, { source = mode, signal }: ValuesQuery) {
  return { source: nameSource(source), ...(signal !== undefined && { signal }) };
}

/** As answers name it. */
export function nameSource(source: SignalSource): SignalSource {
  return source === 'live' ? LIVE_SOURCE : source;
}
