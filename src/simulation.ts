import type { Config } from './config/config.ts';
import type { Message } from './core/incident/message.ts';
import type { DrivenClock } from './core/time/clock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './core/time/window.ts';
import { createMonitoring, type Monitoring, SILENT_MONITORING_METRICS } from './monitoring.ts';
import { notifyDueIncidents } from './services/incidents/notify-due-incidents.ts';
import { Ingest, SILENT_INGEST_METRICS } from './services/ingest/ingest.ts';
import { foldProfiles } from './services/maintenance/fold-profiles.ts';
import { runMaintenance } from './services/maintenance/run-maintenance.ts';
import { reviseReports } from './services/monitors/revise-reports.ts';
import type { RunOutcome } from './services/monitors/run-monitor.ts';
import type { Channel } from './services/notify/channel.ts';
import type { Database, StoreLog } from './store/database.ts';
import { findNextDue } from './store/next-due.ts';

/** Something that happened, at the simulated time. */
export type TimelineEntry =
  | { readonly kind: 'run'; readonly atMs: number; readonly monitor: string; readonly outcome: RunOutcome }
  | { readonly kind: 'message'; readonly atMs: number; readonly message: Message };

export interface SimulationOptions {
  readonly db: Database;
  readonly config: Config;
  readonly clock: DrivenClock;
  readonly log: StoreLog;
  onEntry(entry: TimelineEntry): void;
}

const CHANNEL = 'timeline';

/**
 * The service without its process: the real ingest, scheduler, incidents and delivery, on a clock that jumps to whatever is due next. What
 * takes a week takes as long as its work does.
 */
export class Simulation {
  readonly monitoring: Monitoring;
  readonly #options: SimulationOptions;
  readonly #ingest: Ingest;
  readonly #sent: Message[] = [];
  #foldedMs = 0;
  #maintainedMs = 0;

  constructor(options: SimulationOptions) {
    const { db, config, clock, log } = options;
    this.#options = options;
    this.#ingest = new Ingest({ db, config, clock, metrics: SILENT_INGEST_METRICS });
    const channels = { byName: new Map([[CHANNEL, this.#channel()]]), routes: [{ channels: [CHANNEL] }] };
    this.monitoring = createMonitoring({
      db,
      config,
      clock,
      log,
      channels,
      metrics: SILENT_MONITORING_METRICS,
      random: () => 0,
    });
  }

  /** Stores events as POST /v1/ingest would at this moment; they must not lie ahead of it. */
  async send(events: readonly string[]): Promise<void> {
    if (events.length === 0) return;
    const text = `[${events.join(',')}]`;
    await this.#ingest.submit({ text, format: 'json', isStrict: false, idempotencyKey: undefined });
  }

  /** Moves the clock on to a moment, doing on the way whatever is due, when it is due. */
  async runUntil(ms: number): Promise<void> {
    const { db, clock } = this.#options;
    for (;;) {
      const dueMs = await findNextDue(db);
      if (dueMs === undefined || dueMs > ms) break;
      clock.ms = Math.max(clock.ms + 1, dueMs);
      await this.#work();
    }
    clock.ms = Math.max(clock.ms, ms);
    await this.#maintain();
  }

  /** Notifications come after the runs that they are about. */
  async #work(): Promise<void> {
    const { context, scheduler, delivery } = this.monitoring;
    for (const { monitor, outcome } of await scheduler.runDue()) {
      this.#options.onEntry({ kind: 'run', atMs: this.#options.clock.ms, monitor: monitor.name, outcome });
    }
    await notifyDueIncidents(context);
    await delivery.wake();
    await delivery.idle();
    for (const message of this.#sent.splice(0))
      this.#options.onEntry({ kind: 'message', atMs: this.#options.clock.ms, message });
  }

  /** What the service's other jobs do, once an hour or a day of simulated time. */
  async #maintain(): Promise<void> {
    const { db, clock } = this.#options;
    if (clock.ms - this.#foldedMs < HOUR_MS) return;
    this.#foldedMs = clock.ms;
    await foldProfiles(db, clock.ms + 10 * MINUTE_MS);
    await reviseReports(this.monitoring.context);
    if (clock.ms - this.#maintainedMs < DAY_MS) return;
    this.#maintainedMs = clock.ms;
    if ((await runMaintenance(this.#options)) > 0) this.#ingest.forgetDays();
  }

  #channel(): Channel {
    const send = async (message: Message) => {
      this.#sent.push(message);
      return { kind: 'sent' as const };
    };
    return { name: CHANNEL, type: 'log', isDryRun: false, keepsState: false, render: (message) => message, send };
  }
}
