import { randomInt } from 'node:crypto';
import type { Config } from './config/config.ts';
import { reasonOf } from './core/format/reason-of.ts';
import type { Clock } from './core/time/clock.ts';
import type { ProfileCache } from './services/evaluation/profile-cache.ts';
import { notifyDueIncidents } from './services/incidents/notify-due-incidents.ts';
import { applyFile } from './services/monitors/apply-file.ts';
import type { MonitorContext, MonitorMetrics } from './services/monitors/context.ts';
import { keepDefaultMonitors } from './services/monitors/default-monitors.ts';
import {
  type FinishedRun,
  SCHEDULER_OPTIONS,
  Scheduler,
  type SchedulerOptions,
} from './services/monitors/scheduler.ts';
import { Delivery, type DeliveryMetrics } from './services/notify/deliver.ts';
import type { Channels } from './services/notify/read-channels.ts';
import type { Database, StoreLog } from './store/database.ts';

export interface WatchParts {
  readonly db: Database;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly cache: ProfileCache;
  readonly channels: Channels;
  readonly metrics: MonitorMetrics & DeliveryMetrics;
  readonly options?: SchedulerOptions;
  /** How long a notification is held by a process that may have died. */
  readonly deliveryLeaseMs?: number;
  /** In [0, 1); for the jitter between tries. */
  readonly random?: () => number;
}

const RANDOM_STEPS = 2 ** 32;

/** What watches by itself: monitors, incidents and delivery, wired by hand. The service wakes it by cron, a simulation by a driven clock. */
export class Watch {
  readonly deps: MonitorContext;
  readonly #scheduler: Scheduler;
  readonly #delivery: Delivery;

  constructor(parts: WatchParts) {
    const { channels, log, options } = parts;
    const random = parts.random ?? (() => randomInt(RANDOM_STEPS - 1) / RANDOM_STEPS);
    const lease = parts.deliveryLeaseMs === undefined ? {} : { leaseMs: parts.deliveryLeaseMs };
    this.#delivery = new Delivery({ ...parts, ...lease, channels: channels.byName, random });
    this.deps = {
      ...parts,
      routes: channels.routes,
      channelNames: new Set(channels.byName.keys()),
      notifySoon: () =>
        void this.deliver().catch((error) => log.warn({ reason: reasonOf(error) }, 'delivery could not start')),
    };
    this.#scheduler = new Scheduler(this.deps, { ...SCHEDULER_OPTIONS, ...options });
  }

  /** @throws RangeError when MONITORS_FILE is wrong, with every error and its line */
  async start(): Promise<void> {
    const { MONITORS_FILE: path } = this.deps.config;
    if (path !== undefined) await applyFile(this.deps, path);
    await this.keepDefaults();
  }

  keepDefaults(): Promise<void> {
    return keepDefaultMonitors(this.deps);
  }

  /** Begins every slot that is due. */
  startDueRuns(): Promise<void> {
    return this.#scheduler.wake();
  }

  /** Runs every slot that is due, to its end. */
  runDue(): Promise<FinishedRun[]> {
    return this.#scheduler.runDue();
  }

  /** Reminders, and what was held back. */
  async remind(): Promise<void> {
    if (await notifyDueIncidents(this.deps)) this.deps.notifySoon();
  }

  deliver(): Promise<void> {
    return this.#delivery.wake();
  }

  /** Resolves when what is being delivered has been. */
  delivered(): Promise<void> {
    return this.#delivery.idle();
  }

  /** What runs is finished; nothing new is begun. */
  async stop(): Promise<void> {
    await this.#scheduler.stop();
    await this.#delivery.stop();
  }
}
