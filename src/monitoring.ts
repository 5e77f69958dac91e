import { randomInt } from 'node:crypto';
import type { Config } from './config/config.ts';
import { reasonOf } from './core/format/reason-of.ts';
import type { Clock } from './core/time/clock.ts';
import { ProfileCache } from './services/evaluation/profile-cache.ts';
import { type MonitorContext, type MonitorMetrics, SILENT_MONITOR_METRICS } from './services/monitors/context.ts';
import { SCHEDULER_OPTIONS, Scheduler } from './services/monitors/scheduler.ts';
import { Delivery, type DeliveryMetrics, SILENT_DELIVERY_METRICS } from './services/notify/deliver.ts';
import type { Channels } from './services/notify/read-channels.ts';
import type { Database, StoreLog } from './store/database.ts';

export interface MonitoringOptions {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly channels: Channels;
  readonly metrics: MonitorMetrics & DeliveryMetrics;
  /** How long others wait for a run or a notification of a process that may have died. */
  readonly leaseMs?: number;
  /** While it says so, nothing new is claimed. */
  readonly isPaused?: () => boolean;
  /** In [0, 1); for the jitter between tries. */
  readonly random?: () => number;
}

/** Monitors run by the scheduler, and what they notify delivered. A cron wakes both in the service, a driven clock in a simulation. */
export interface Monitoring {
  readonly context: MonitorContext;
  readonly scheduler: Scheduler;
  readonly delivery: Delivery;
  /** What runs is finished, nothing new is begun. */
  stop(): Promise<void>;
}

export const SILENT_MONITORING_METRICS: MonitorMetrics & DeliveryMetrics = {
  ...SILENT_MONITOR_METRICS,
  ...SILENT_DELIVERY_METRICS,
};

/** Wires scheduler and delivery: what a run puts into the outbox wakes the delivery. Starts nothing. */
export function createMonitoring(options: MonitoringOptions): Monitoring {
  const { db, config, clock, log, channels, metrics, leaseMs, isPaused = () => false, random = randomShare } = options;
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const delivery = new Delivery({ db, clock, log, metrics, random, channels: channels.byName, isPaused, ...lease });
  const context = {
    db,
    config,
    clock,
    log,
    metrics,
    cache: new ProfileCache(),
    routes: channels.routes,
    stateChannels: new Set([...channels.byName.values()].filter((each) => each.keepsState).map(({ name }) => name)),
    channelNames: new Set(channels.byName.keys()),
    notifySoon: () =>
      void delivery
        .wake()
        .catch((error: unknown) =>
          log.warn({ reason: reasonOf(error) }, 'deliveries could not start; the next try is in a second'),
        ),
  };
  const scheduler = new Scheduler(context, { ...SCHEDULER_OPTIONS, isPaused, ...lease });
  const stop = async () => {
    await scheduler.stop();
    await delivery.stop();
  };
  return { context, scheduler, delivery, stop };
}

const RANDOM_STEPS = 2 ** 32;

function randomShare(): number {
  return randomInt(RANDOM_STEPS - 1) / RANDOM_STEPS;
}
