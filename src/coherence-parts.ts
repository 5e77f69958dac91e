import type { CoherenceDeps } from './coherence/deps.ts';
import type { Config } from './config.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { MonitorDeps } from './monitor/deps.ts';
import { loadWindow } from './monitor/load-window.ts';
import { loadBaselineReference } from './monitor/reference.ts';
import { findActiveBaseline } from './store/baselines.ts';
import type { Database, StoreLog } from './store/database.ts';
import type { Clock } from './time/clock.ts';
import { floorTo, MINUTE_MS } from './time/window.ts';

export interface CoherenceParts {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly ingest: Ingest;
  readonly monitor: MonitorDeps;
}

/** What coherence needs of ingest and monitor, which it does not know: services meet here, where they are wired. */
export function coherenceDeps({ db, config, clock, log, ingest, monitor }: CoherenceParts): CoherenceDeps {
  return {
    ...{ db, config, clock, log },
    storeEvents: async (events) => {
      const text = events.map((event) => JSON.stringify(event)).join('\n');
      const sent = await ingest.submit({ text, format: 'ndjson', isStrict: false, idempotencyKey: undefined });
      return sent.answer;
    },
    loadProfile: (streamId, window) => loadWindow(db, monitor.cache, streamId, window, floorTo(clock.now(), MINUTE_MS)),
    findBaselineProfile: async (streamId) => {
      const baseline = await findActiveBaseline(db, streamId);
      return baseline && (await loadBaselineReference(monitor, baseline)).profile;
    },
  };
}
