import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time/window.ts';
import type { CoherenceContext } from '../../../src/services/coherence/context.ts';
import type { Database, StoreLog } from '../../../src/store/database.ts';
import { makeTemporaryDirectory } from '../../database.ts';
import { evaluationContext } from '../evaluation/context.ts';
import { drivenClock, openIngest } from '../ingest/service.ts';

export interface TestCoherence extends CoherenceContext {
  readonly clock: ReturnType<typeof drivenClock> & { readonly isDriven: true };
  /** How long it wanted to wait, each time. */
  readonly waits: number[];
  /** Everything that was logged, as text. */
  readonly logged: string[];
  readonly directory: string;
}

/** The service of signals on a database, with ingest and profiles as app.ts hands them in. Each call empties what it remembers. */
export async function openCoherence(db: Database, env: Record<string, string> = {}): Promise<TestCoherence> {
  await forgetSignals(db);
  const directory = await makeTemporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true }));
  const clock = { ...drivenClock(), isDriven: true as const };
  const evaluation = await evaluationContext(db, clock, { ARTIFACTS_DIR: join(directory, 'artifacts'), ...env });
  const ingest = openIngest(db, env, clock);
  const waits: number[] = [];
  const logged: string[] = [];
  return {
    db,
    config: evaluation.config,
    clock,
    waits,
    logged,
    directory,
    log: rememberingLog(logged),
    sleep: async (ms) => void waits.push(ms),
    cache: evaluation.cache,
    storeEvents: (events) => ingest.submitEvents(events),
  };
}

/** Every test has the stream `darshan` to itself. */
async function forgetSignals(db: Database): Promise<void> {
  await db.query(`update streams set service = 'darshan before ' || id where service = 'darshan'`);
  await db.query('delete from coherence_history; delete from coherence_fetch; delete from scheduled_tasks');
}

function rememberingLog(logged: string[]): StoreLog {
  const remember = (fields: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { info: remember, warn: remember, error: remember };
}

export interface TestRecord {
  readonly timestamp: unknown;
  readonly signal_id: unknown;
  readonly coherenceScore: unknown;
  readonly [field: string]: unknown;
}

/** Records of one signal, a minute apart, the last one at a moment. */
export function recordsOf(signal: string, scores: readonly number[], lastMs: number): TestRecord[] {
  return scores.map((coherenceScore, i) => ({
    timestamp: new Date(lastMs - (scores.length - 1 - i) * MINUTE_MS).toISOString(),
    signal_id: signal,
    coherenceScore,
    agentStates: { mood: 'calm' },
    eventCount: 3,
  }));
}

export async function writeMock(directory: string, records: unknown): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'signals.json');
  await writeFile(path, JSON.stringify(records));
  return path;
}
