import { rm } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { MonitorDeps } from '../../src/monitor/deps.ts';
import { ProfileCache } from '../../src/monitor/profile-cache.ts';
import type { Database } from '../../src/store/database.ts';
import type { Clock } from '../../src/time/clock.ts';
import { makeTemporaryDirectory } from '../database.ts';
import { drivenClock, testConfig } from '../ingest/service.ts';

export async function monitorDeps(
  db: Database,
  clock: Clock = drivenClock(),
  env: Record<string, string> = {},
): Promise<MonitorDeps> {
  const directory = await makeTemporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true }));
  const config = testConfig({ BASELINES_DIR: directory, ...env });
  return { db, config, clock, cache: new ProfileCache() };
}
