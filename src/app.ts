import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { VERSION } from './config/version.ts';
import type { Clock } from './core/time/clock.ts';
import { assertSafeHost } from './http/auth.ts';
import { createMetrics } from './http/metrics.ts';
import { buildServer } from './http/server.ts';
import { createMonitoring } from './monitoring.ts';
import { openLog } from './runtime/logging/log.ts';
import { type Job, startJobs } from './runtime/workers/start-jobs.ts';
import { loadBaselineFile } from './services/baselines/load-baseline.ts';
import type { CoherenceContext } from './services/coherence/context.ts';
import { runCoherence } from './services/coherence/run-coherence.ts';
import { notifyDueIncidents } from './services/incidents/notify-due-incidents.ts';
import { Ingest } from './services/ingest/ingest.ts';
import { foldProfiles } from './services/maintenance/fold-profiles.ts';
import { runMaintenance } from './services/maintenance/run-maintenance.ts';
import { applyMonitorsFile } from './services/monitors/apply-file.ts';
import { keepDefaultMonitors } from './services/monitors/default-monitors.ts';
import { keepPatternMonitors } from './services/monitors/pattern-monitors.ts';
import { reviseReports } from './services/monitors/revise-reports.ts';
import { readChannels } from './services/notify/read-channels.ts';
import { countApiKeys } from './store/api-keys.ts';
import type { Database } from './store/database.ts';
import { migrate } from './store/engine/migrate.ts';
import { openDatabase } from './store/engine/open.ts';
import { SchemaWatch } from './store/engine/schema-watch.ts';

export interface RunningApp {
  readonly url: string;
  readonly log: Logger;
  /** Refuses new work, finishes what runs, closes the database. */
  stop(): Promise<void>;
}

/**
 * How long a statement may take for a batch, and for another request. A batch waits for the commit before its own, for a connection, and for
 * its own statement: together below ten seconds. Jobs wait longer.
 */
const INGEST_TIMEOUT_MS = 4_000;
const REQUEST_TIMEOUT_MS = 8_000;

/** What the channels' file may name as `${NAME}`. */
type Environment = Readonly<Record<string, string | undefined>>;

/** What the process gives the service; without a log it is on stdout. */
export interface Surroundings {
  readonly env?: Environment;
  readonly log?: Logger;
}

/** What all parts of the process stand on. */
interface AppContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly env: Environment;
  readonly log: Logger;
  readonly db: Database;
}

/** The service, wired by hand: database, services, jobs, server. */
export async function startApp(config: Config, clock: Clock, around: Surroundings = {}): Promise<RunningApp> {
  const { env = {}, log = openLog(config.LOG_LEVEL) } = around;
  const db = await openDatabase({
    ...(config.DATABASE_URL === undefined ? {} : { databaseUrl: config.DATABASE_URL }),
    dataDir: config.DATA_DIR,
    poolSize: config.DATABASE_POOL_SIZE,
    log,
  });
  try {
    return await startOn({ config, clock, env, log, db });
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function startOn(app: AppContext): Promise<RunningApp> {
  const { config, log, db } = app;
  await migrate(db, log);
  assertSafeHost(config, await countApiKeys(db));
  await runMaintenance(app);

  const schema = new SchemaWatch(db.within(REQUEST_TIMEOUT_MS), log);
  const services = await createServices(app, schema);
  const { ingest, monitoring } = services;
  if (config.BASELINE_PATH !== undefined) await loadBaselineFile(monitoring.context, config.BASELINE_PATH);
  await applyMonitorsFile(monitoring.context);
  await keepPatternMonitors(monitoring.context);
  await keepDefaultMonitors(monitoring.context);

  const server = createServer(app, services, schema);
  await server.listen({ host: config.HOST, port: config.PORT });
  const stopJobs = startJobs(jobsOf(app, services, schema), log);
  return {
    url: urlOf(config.HOST, server.server.address() as AddressInfo),
    log,
    stop: async () => {
      server.drain();
      await stopJobs();
      // Together: each has a patience of its own for what does not end.
      await Promise.all([server.close(), monitoring.stop()]);
      await ingest.drain();
      await db.close();
    },
  };
}

function createServer({ config, clock, log, db }: AppContext, services: Services, schema: SchemaWatch) {
  const served = db.within(REQUEST_TIMEOUT_MS);
  return buildServer({
    config,
    db: served,
    clock,
    log,
    ingest: services.ingest,
    coherence: services.coherence,
    monitoring: { ...services.monitoring.context, db: served },
    channels: services.channels,
    metrics: services.metrics,
    schema,
    version: VERSION,
    startedAtMs: clock.now(),
  });
}

type Services = Awaited<ReturnType<typeof createServices>>;

async function createServices({ config, clock, env, log, db }: AppContext, schema: SchemaWatch) {
  const metrics = createMetrics();
  const ingest = new Ingest({ db: db.within(INGEST_TIMEOUT_MS), config, clock, metrics });
  const channels = await readChannels({ config, clock, log, env });
  const monitoring = createMonitoring({ db, config, clock, log, metrics, channels, isPaused: () => schema.isNewer });
  const coherence: CoherenceContext = {
    db,
    config,
    clock,
    log,
    cache: monitoring.context.cache,
    storeEvents: (events) => ingest.submitEvents(events),
  };
  return { metrics, ingest, channels, monitoring, coherence };
}

const EVERY_SECOND = '* * * * * *';
const EVERY_TEN_SECONDS = '*/10 * * * * *';
const EVERY_MINUTE = '41 * * * * *';
const EVERY_HOUR = '17 23 * * * *';

/** The cron only wakes: what is due, and which replica does it, is read from the database. */
function jobsOf(app: AppContext, { ingest, monitoring, coherence }: Services, schema: SchemaWatch): Job[] {
  const { db, clock } = app;
  const { context, scheduler, delivery } = monitoring;
  const maintain = async () => {
    if ((await runMaintenance(app)) > 0) ingest.forgetDays();
  };
  const jobs: Job[] = [
    { name: 'run monitors', cron: EVERY_SECOND, work: () => scheduler.wake() },
    { name: 'deliver notifications', cron: EVERY_SECOND, work: () => delivery.wake() },
    { name: 'notify due incidents', cron: EVERY_TEN_SECONDS, work: () => notifyDueIncidents(context) },
    { name: 'pattern monitors', cron: EVERY_TEN_SECONDS, work: () => keepPatternMonitors(context) },
    { name: 'default monitors', cron: EVERY_TEN_SECONDS, work: () => keepDefaultMonitors(context) },
    { name: 'coherence', cron: EVERY_TEN_SECONDS, work: () => runCoherence(coherence) },
    { name: 'fold profiles', cron: EVERY_TEN_SECONDS, work: () => foldProfiles(db, clock.now()) },
    { name: 'revise reports', cron: EVERY_MINUTE, work: () => reviseReports(context) },
    { name: 'maintenance', cron: EVERY_HOUR, work: maintain },
  ];
  const watch = { name: 'watch the schema', cron: EVERY_SECOND, work: () => schema.check() };
  return [watch, ...jobs.map((job) => ({ ...job, work: async () => (schema.isNewer ? undefined : job.work()) }))];
}

function urlOf(host: string, address: AddressInfo): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}
