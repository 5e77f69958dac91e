import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config.ts';
import type { Clock } from '../../src/core/time/clock.ts';
import { NO_METRICS } from '../../src/no-metrics.ts';
import { ProfileCache } from '../../src/services/evaluation/profile-cache.ts';
import type { Channel } from '../../src/services/notify/channel.ts';
import type { Database, StoreLog } from '../../src/store/database.ts';
import { Watch } from '../../src/watch.ts';

export const QUIET_LOG: StoreLog = { info: () => {}, warn: () => {}, error: (fields) => console.error(fields) };

export const CONFIG = readConfig({
  BASELINES_DIR: mkdtempSync(join(tmpdir(), 'plumbline-chaos-')),
  ARTIFACTS_DIR: mkdtempSync(join(tmpdir(), 'plumbline-chaos-')),
  DEFAULT_MONITOR: 'off',
});

/** Real time, so many times as fast; every process that knows the same beginning agrees. */
export function scaledClock(startMs: number, baseMs: number, speed: number): Clock {
  return { isDriven: true, now: () => Math.floor(startMs + (Date.now() - baseMs) * speed) };
}

export function openWatch(db: Database, clock: Clock, channels: readonly Channel[], leaseMs: number): Watch {
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  return new Watch({
    ...{ db, clock, config: CONFIG, log: QUIET_LOG, metrics: NO_METRICS, cache: new ProfileCache() },
    channels: { byName, routes: [{ channels: [...byName.keys()] }] },
    options: { leaseMs, workers: 4 },
    deliveryLeaseMs: leaseMs,
  });
}
