import type { Config } from '../config.ts';
import type { ChangeReason } from '../incident/incident.ts';
import type { Route } from '../incident/route.ts';
import type { Database, StoreLog } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import type { ProfileCache } from './profile-cache.ts';

export interface MonitorDeps {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly cache: ProfileCache;
}

/** What watching tells of itself; the metrics page is one listener. */
export interface WatchMetrics {
  /** The scheduler has looked: whoever watches the watch looks at how long ago that was. */
  ticked(nowMs: number): void;
  /** A slot that was run: how it ended, how long after it was due, and how long it took. */
  ranSlot(status: 'done' | 'failed', lateSeconds: number, seconds: number): void;
  skippedSlots(slots: number): void;
  changed(reason: ChangeReason): void;
  /** Whether people were told, and why. */
  decided(tell: boolean, reason: string): void;
}

/** What a process that watches by itself needs besides. */
export interface WatchDeps extends MonitorDeps {
  readonly routes: readonly Route[];
  readonly channelNames: ReadonlySet<string>;
  readonly log: StoreLog;
  readonly metrics: WatchMetrics;
  /** There is something in the outbox: called after the commit. */
  notifySoon(): void;
}
