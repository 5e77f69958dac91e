import type { AddressInfo } from 'node:net';
import { type ScheduledTask, schedule, setLogger } from 'node-cron';
import pino, { type Logger } from 'pino';
import type { Config } from './config.ts';
import { assertSafeHost } from './http/auth.ts';
import { describeError } from './http/describe-error.ts';
import { createMetrics } from './http/metrics.ts';
import { buildServer } from './http/server.ts';
import { foldParts } from './ingest/fold-parts.ts';
import { Ingest } from './ingest/ingest.ts';
import { keepHouse } from './ingest/keep-house.ts';
import type { MonitorDeps } from './monitor/deps.ts';
import { loadBaselineFile } from './monitor/load-baseline.ts';
import { ProfileCache } from './monitor/profile-cache.ts';
import { countApiKeys } from './store/api-keys.ts';
import type { Database } from './store/database.ts';
import { migrate } from './store/migrate.ts';
import { openDatabase } from './store/open.ts';
import type { Clock } from './time/clock.ts';
import { VERSION } from './version.ts';

export interface RunningApp {
  readonly url: string;
  readonly log: Logger;
  /** Refuses new work, finishes what runs, closes the database. */
  stop(): Promise<void>;
}

const FOLD_SCHEDULE = '*/10 * * * * *';
const HOUSE_SCHEDULE = '17 23 * * * *';

/** The service, wired by hand: database, migrations, ingest, monitor, HTTP, and the jobs that keep it in order. */
export async function startApp(config: Config, clock: Clock): Promise<RunningApp> {
  const log = pino({ level: config.LOG_LEVEL, base: null });
  const db = await openDatabase({
    ...(config.DATABASE_URL === undefined ? {} : { databaseUrl: config.DATABASE_URL }),
    dataDir: config.DATA_DIR,
    poolSize: config.DATABASE_POOL_SIZE,
    log,
  });
  try {
    return await startOn(db, config, clock, log);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function startOn(db: Database, config: Config, clock: Clock, log: Logger): Promise<RunningApp> {
  await migrate(db, log);
  assertSafeHost(config, await countApiKeys(db));
  await keepHouse(db, config, clock.now());
  const metrics = createMetrics();
  const ingest = new Ingest({ db, config, clock, metrics });
  const monitor: MonitorDeps = { db, config, clock, cache: new ProfileCache() };
  if (config.BASELINE_PATH !== undefined) await loadBaselineFile(monitor, config.BASELINE_PATH);
  const server = buildServer({ config, db, clock, ingest, monitor, log, version: VERSION, metrics });
  await server.listen({ host: config.HOST, port: config.PORT });
  const jobs = startJobs(db, config, clock, ingest, log);
  return {
    url: urlOf(config.HOST, server.server.address() as AddressInfo),
    log,
    stop: async () => {
      server.drain();
      await Promise.all(jobs.map((job) => job.stop()));
      await server.close();
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

/** The cron only wakes: what is due, and by whom it is done, is read from the database. */
function startJobs(db: Database, config: Config, clock: Clock, ingest: Ingest, log: Logger): ScheduledTask[] {
  useLog(log);
  const job = (name: string, when: string, work: () => Promise<void>): ScheduledTask =>
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
    job('fold parts', FOLD_SCHEDULE, async () => {
      await foldParts(db, clock.now());
    }),
    job('keep house', HOUSE_SCHEDULE, async () => {
      if (await keepHouse(db, config, clock.now())) ingest.forgetDays();
    }),
  ];
}

function urlOf(host: string, address: AddressInfo): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}
