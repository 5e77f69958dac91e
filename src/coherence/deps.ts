import type { Config } from '../config.ts';
import type { Profile } from '../profile/profile.ts';
import type { Database, StoreLog } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import type { Interval } from '../time/window.ts';

/** What the coherence of signals stands on; what belongs to other services is handed in. */
export interface CoherenceDeps {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Stores events as POST /v1/ingest would. */
  storeEvents(events: readonly object[]): Promise<StoredEvents>;
  /** The merged profile of a window, which is aligned to minutes. */
  loadProfile(streamId: number, window: Interval): Promise<{ profile: Profile; covered: Interval }>;
  /** The profile of the stream's active baseline. */
  findBaselineProfile(streamId: number): Promise<Profile | undefined>;
  /** Waits before the upstream is asked again; tests need no time. */
  sleep?(ms: number): Promise<unknown>;
}

export interface StoredEvents {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}
