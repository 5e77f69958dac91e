import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config.ts';
import type { Clock } from '../../src/core/time/clock.ts';
import { createMonitoring, type Monitoring, SILENT_MONITORING_METRICS } from '../../src/monitoring.ts';
import type { Channel } from '../../src/services/notify/channel.ts';
import type { Database, StoreLog } from '../../src/store/database.ts';

export const QUIET_LOG: StoreLog = { info: () => {}, warn: () => {}, error: (fields) => console.error(fields) };

export const CONFIG = readConfig({
  BASELINES_DIR: mkdtempSync(join(tmpdir(), 'plumbline-chaos-')),
  ARTIFACTS_DIR: mkdtempSync(join(tmpdir(), 'plumbline-chaos-')),
  DEFAULT_MONITOR: 'off',
});

/** Real time, multiplied by `speed`. All processes with the same start have the same time. */
export function scaledClock(startMs: number, baseMs: number, speed: number): Clock {
  return { isDriven: true, now: () => Math.floor(startMs + (Date.now() - baseMs) * speed) };
}

export function openMonitoring(db: Database, clock: Clock, channels: readonly Channel[], leaseMs: number): Monitoring {
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  return createMonitoring({
    db,
    clock,
    config: CONFIG,
    log: QUIET_LOG,
    metrics: SILENT_MONITORING_METRICS,
    channels: { byName, routes: [{ channels: [...byName.keys()] }] },
    leaseMs,
  });
}
