import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterAll, onTestFinished } from 'vitest';
import { type Config, readConfig } from '../../src/config/config.ts';
import { DrivenClock } from '../../src/core/time/clock.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { buildServer } from '../../src/http/server.ts';
import { createMonitoring, type Monitoring } from '../../src/monitoring.ts';
import { Ingest } from '../../src/services/ingest/ingest.ts';
import { dryRunChannel } from '../../src/services/notify/dry-run.ts';
import { Availability } from '../../src/store/availability.ts';
import type { Database } from '../../src/store/database.ts';
import { SchemaWatch } from '../../src/store/engine/schema-watch.ts';
import { SILENT } from '../silent-log.ts';

export const NOW = Date.UTC(2026, 2, 14, 12, 0, 30);

export interface Service {
  readonly app: FastifyInstance;
  readonly config: Config;
  /** Time stands still until a test moves it. */
  readonly clock: DrivenClock;
  readonly monitoring: Monitoring;
  readonly schema: SchemaWatch;
  /** What was logged, line by line. */
  readonly logged: readonly string[];
}

/** The real service on a database, without a port; gone when the test is. */
export function openService(db: Database, env: Readonly<Record<string, string>> = {}): Service {
  const service = buildService(db, env);
  onTestFinished(() => service.app.close());
  return service;
}

/** One for all tests of a file that leave nothing behind in it. */
export function withService(db: Database, env: Readonly<Record<string, string>> = {}): Service {
  const service = buildService(db, env);
  afterAll(() => service.app.close());
  return service;
}

/** For a file whose tests share one; the file closes it. */
export function buildService(db: Database, env: Readonly<Record<string, string>> = {}): Service {
  const config = readConfig({
    BASELINES_DIR: '/dev/null/baselines',
    ARTIFACTS_DIR: '/dev/null/artifacts',
    LOG_LEVEL: 'debug',
    ...env,
  });
  const clock = new DrivenClock(NOW);
  const logged: string[] = [];
  const log = pino({ level: config.LOG_LEVEL, base: null }, { write: (line) => void logged.push(line) });
  const schema = new SchemaWatch(db, log);
  const metrics = createMetrics();
  const ingest = new Ingest({ db, config, clock, metrics });
  const channels = { byName: new Map([['log', dryRunChannel('log', 'log', log)]]), routes: [{ channels: ['log'] }] };
  const monitoring = createMonitoring({ db, config, clock, log, metrics, channels, isPaused: () => schema.isNewer });
  const { context } = monitoring;
  const parts = { config, db, clock, ingest, log };
  const coherence = { ...context, storeEvents: (events: readonly object[]) => ingest.submitEvents(events) };
  const own = { schema, version: '1.2.3', startedAtMs: NOW, metrics };
  const app = buildServer({ ...parts, ...own, monitoring: context, channels, coherence });
  return { app, config, clock, logged, monitoring, schema };
}

/** A database that answers every statement the same way. */
export function stubDatabase(query: () => Promise<{ rows: never[]; rowCount: number }>): Database {
  const database: Database = {
    engine: 'embedded',
    availability: new Availability(SILENT),
    query,
    transaction: (work) => work({ query }),
    within: () => database,
    close: async () => undefined,
  };
  return database;
}

export const emptyDatabase = stubDatabase(async () => ({ rows: [], rowCount: 0 }));
