import type { AddressInfo } from 'node:net';
import { type ScheduledTask, schedule, setLogger } from 'node-cron';
import pino, { type Logger } from 'pino';
import type { Config } from './config/config.ts';
import { VERSION } from './config/version.ts';
import type { Clock } from './core/time/clock.ts';
import { assertSafeHost } from './http/auth.ts';
import { describeError } from './http/describe-error.ts';
import { createMetrics } from './http/metrics.ts';
import { buildServer } from './http/server.ts';
import { loadBaselineFile } from './services/baselines/load-baseline.ts';
import type { CoherenceContext } from './services/coherence/context.ts';
import { runCoherence } from './services/coherence/run-coherence.ts';
import { ProfileCache } from './services/evaluation/profile-cache.ts';
import { Ingest } from './services/ingest/ingest.ts';
import { dropOld } from './services/maintenance/drop-old.ts';
import { foldProfiles } from './services/maintenance/fold-profiles.ts';
import { runMaintenance } from './services/maintenance/run-maintenance.ts';
import { reviseReports } from './services/monitors/revise-reports.ts';
import { readChannels } from './services/notify/read-channels.ts';
import { countApiKeys } from './store/api-keys.ts';
import type { Database } from './store/database.ts';
import { migrate } from './store/engine/migrate.ts';
import { openDatabase } from './store/engine/open.ts';
import { Watch } from './watch.ts';

export interface RunningApp {
  readonly url: string;
  readonly log: Logger;
  /** Refuses new work, finishes what runs, closes the database. */
  stop(): Promise<void>;
}

const EVERY_SECOND = '* * * * * *';
const EVERY_TEN_SECONDS = '*/10 * * * * *';
const EVERY_MINUTE = '41 * * * * *';
const MAINTENANCE_SCHEDULE = '17 23 * * * *';

/** What the channels' file may name as `${NAME}`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The service, wired by hand: database, migrations, ingest, monitor, HTTP, and the jobs that keep it in order. */
export async function startApp(config: Config, clock: Clock, env: Environment = {}): Promise<RunningApp> {
  const log = pino({ level: config.LOG_LEVEL, base: null });
  const db = await openDatabase({
    ...(config.DATABASE_URL === undefined ? {} : { databaseUrl: config.DATABASE_URL }),
    dataDir: config.DATA_DIR,
    poolSize: config.DATABASE_POOL_SIZE,
    log,
  });
  try {
    return await startOn(db, config, clock, log, env);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function startOn(db: Database, config: Config, clock: Clock, log: Logger, env: Environment): Promise<RunningApp> {
  await migrate(db, log);
  assertSafeHost(config, await countApiKeys(db));
  await runMaintenance(db, config, clock.now());
  const metrics = createMetrics();
  const ingest = new Ingest({ db, config, clock, metrics });
  const channels = await readChannels({ config, clock, log, env });
  const watch = new Watch({ db, config, clock, log, metrics, channels, cache: new ProfileCache() });
  if (config.BASELINE_PATH !== undefined) await loadBaselineFile(watch.deps, config.BASELINE_PATH);
  await watch.start();
  const parts = { config, db, clock, ingest, log, metrics };
  const coherence = { ...watch.deps, storeEvents: (events: readonly object[]) => ingest.submitEvents(events) };
  const own = { version: VERSION, startedAtMs: clock.now() };
  const server = buildServer({ ...parts, ...own, watch: watch.deps, channels, coherence });
  await server.listen({ host: config.HOST, port: config.PORT });
  const jobs = startJobs(parts, watch, coherence);
  return {
    url: urlOf(config.HOST, server.server.address() as AddressInfo),
    log,
    stop: async () => {
      server.drain();
      await Promise.all(jobs.map((job) => job.stop()));
      await server.close();
      await watch.stop();
      await ingest.drain();
      await db.close();
    },
  };
}

/** node-cron's own words go where all others go, and never with an error's parameters. */
function useLog(log: Logger): void {
  setLogger({
    info: (message) => log.debug(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error({ err: describeError(message) }, 'node-cron'),
    debug: () => {},
  });
}

interface Parts {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly ingest: Ingest;
  readonly log: Logger;
}

/** The cron only wakes: what is due, and by whom it is done, is read from the database. */
function startJobs(
  { db, config, clock, ingest, log }: Parts,
  watch: Watch,
  coherence: CoherenceContext,
): ScheduledTask[] {
  useLog(log);
  const job = (name: string, when: string, work: () => Promise<unknown>): ScheduledTask =>
    schedule(
      when,
      async () => {
        try {
          await work();
        } catch (error) {
          log.warn({ err: describeError(error), job: name }, 'a job failed; it is tried again when it is next due');
        }
      },
      { name, noOverlap: true },
    );
  return [
    job('run slots', EVERY_SECOND, () => watch.startDueRuns()),
    job('deliver', EVERY_SECOND, () => watch.deliver()),
    job('remind', EVERY_TEN_SECONDS, () => watch.remind()),
    job('default monitors', EVERY_TEN_SECONDS, () => watch.keepDefaults()),
    job('coherence', EVERY_TEN_SECONDS, () => runCoherence(coherence)),
    job('fold parts', EVERY_TEN_SECONDS, () => foldProfiles(db, clock.now())),
    job('revise reports', EVERY_MINUTE, () => reviseReports(watch.deps)),
    job('maintenance', MAINTENANCE_SCHEDULE, async () => {
      if (await runMaintenance(db, config, clock.now())) ingest.forgetDays();
      await dropOld(db, config, clock.now());
    }),
  ];
}

function urlOf(host: string, address: AddressInfo): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}
