import type { Config } from '../../config/config.ts';
import type { Moments } from '../../core/profile/moments.ts';
import { joinPath } from '../../core/profile/path.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { SignalSource } from '../../core/upstream-mode.ts';
import type { Database } from '../../store/database.ts';
import { findStream, type Stream } from '../../store/streams.ts';
import { SCORE_PATH, SIGNAL_STREAM, SIGNALS } from '../sources/signal-event.ts';

/** Which values to read. */
export interface ValuesQuery {
  /** `darshan` is the configured source, mock or live. */
  readonly source?: SignalSource | undefined;
  readonly signal?: string | undefined;
}

/** The stream with the values; undefined when there are none, or when the source is not the configured one. */
export async function findValues(db: Database, config: Config, { source }: ValuesQuery): Promise<Stream | undefined> {
  if (source !== undefined && source !== 'darshan' && source !== config.DARSHAN_MODE) return undefined;
  return findStream(db, SIGNAL_STREAM.service, SIGNAL_STREAM.endpoint);
}

/** The moments of all values, or of one signal. */
export function momentsOf(profile: Profile, { signal }: ValuesQuery): Moments | undefined {
  const path = signal === undefined ? SCORE_PATH : joinPath(SIGNALS, signal);
  return profile.features.get(path)?.numeric?.moments;
}

export function inputsOf({ DARSHAN_MODE: mode }: Config, { source = mode, signal }: ValuesQuery) {
  return { source, ...(signal !== undefined && { signal }) };
}
