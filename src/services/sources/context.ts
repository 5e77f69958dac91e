import type { Config } from '../../config/config.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Database, StoreLog } from '../../store/database.ts';

/** What the signals of an upstream are fetched and stored with. */
export interface SourceContext {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Stores events as POST /v1/ingest would. */
  storeEvents(events: readonly object[]): Promise<StoredEvents>;
  /** Waits before the upstream is asked again; tests need no time. */
  sleep?(ms: number): Promise<unknown>;
}

export interface StoredEvents {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}
