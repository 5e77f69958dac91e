import type { FastifyInstance } from 'fastify';
import { afterAll, expect, onTestFinished } from 'vitest';
import { type Config, readConfig } from '../../src/config/config.ts';
import { DrivenClock } from '../../src/core/time/clock.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { buildServer } from '../../src/http/server.ts';
import { createMonitoring, type Monitoring } from '../../src/monitoring.ts';
import { openLog } from '../../src/runtime/logging/log.ts';
import type { CoherenceContext } from '../../src/services/coherence/context.ts';
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
  readonly coherence: CoherenceContext;
  readonly schema: SchemaWatch;
  /** Refusals that came and that `/openapi.json` does not list. */
  unlistedRefusals(): string[];
  /** What was logged, line by line. */
  readonly logged: readonly string[];
}

/** The refusals that `/openapi.json` lists one by one. Any answer of any test with one of them must be listed there. */
const LISTED = new Set([400, 401, 403, 404, 409, 413, 415, 422, 429, 503]);

type Responses = Readonly<Record<string, { description: string }>>;

/** Remembers which refusals came, and compares them with the document. */
function watchRefusals(app: FastifyInstance): () => string[] {
  const refused = new Map<string, { method: string; path: string; status: number; code: string }>();
  app.addHook('onSend', (request, reply, payload, done) => {
    const { statusCode: status } = reply;
    const { method, url } = request.routeOptions;
    if (LISTED.has(status) && url !== undefined && !request.is404) {
      const path = url.replace(/:(\w+)/g, '{$1}');
      const code = /"code":"(\w+)"/.exec(String(payload))?.[1] ?? '';
      refused.set(`${method} ${url} ${status} ${code}`, { method: String(method).toLowerCase(), path, status, code });
    }
    done(null, payload);
  });
  return () => {
    if (refused.size === 0) return [];
    const { paths }: { paths: Record<string, Record<string, { responses: Responses }>> } = JSON.parse(
      JSON.stringify(app.swagger()),
    );
    return [...refused]
      .filter(([, { method, path, status, code }]) => {
        const operation = paths[path]?.[method];
        return operation !== undefined && !operation.responses[status]?.description.includes(`\`${code}\``);
      })
      .map(([name]) => name);
  };
}

/** The real service on a database, without a port; gone when the test is. */
export function openService(db: Database, env: Readonly<Record<string, string>> = {}): Service {
  const service = buildService(db, env);
  onTestFinished(() => closeService(service));
  return service;
}

/** One for all tests of a file that leave nothing behind in it. */
export function withService(db: Database, env: Readonly<Record<string, string>> = {}): Service {
  const service = buildService(db, env);
  afterAll(() => closeService(service));
  return service;
}

/** Closes it, and fails when it answered with what `/openapi.json` does not list. */
async function closeService({ app, unlistedRefusals }: Service): Promise<void> {
  const unlisted = unlistedRefusals();
  await app.close();
  expect(unlisted, 'refusals that /openapi.json does not list').toEqual([]);
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
  const log = openLog(config.LOG_LEVEL, { write: (line) => void logged.push(line) });
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
  return { app, config, clock, logged, monitoring, coherence, schema, unlistedRefusals: watchRefusals(app) };
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
