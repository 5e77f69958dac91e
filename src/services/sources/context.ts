import type { Config } from '../../config/config.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Database, StoreLog } from '../../store/database.ts';

/** Everything that is needed to fetch signals and store them. */
export interface SourceContext {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Stores events as POST /v1/ingest would. */
  storeEvents(events: readonly object[]): Promise<StoredEvents>;
  /** Waits before the next try; tests replace it. */
  sleep?(ms: number): Promise<unknown>;
}

export interface StoredEvents {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}
