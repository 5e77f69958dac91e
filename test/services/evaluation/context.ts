import { rm } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/core/time/clock.ts';
import type { EvaluationContext } from '../../../src/services/evaluation/context.ts';
import { ProfileCache } from '../../../src/services/evaluation/profile-cache.ts';
import type { Database } from '../../../src/store/database.ts';
import { makeTemporaryDirectory } from '../../database.ts';
import { drivenClock, testConfig } from '../ingest/service.ts';

export async function evaluationContext(
  db: Database,
  clock: Clock = drivenClock(),
  env: Record<string, string> = {},
): Promise<EvaluationContext> {
  const directory = await makeTemporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true }));
  const config = testConfig({ BASELINES_DIR: directory, ...env });
  return { db, config, clock, cache: new ProfileCache() };
}
