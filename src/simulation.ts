import type { Config } from './config/config.ts';
import type { Message } from './core/incident/message.ts';
import type { DrivenClock } from './core/time/clock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './core/time/window.ts';
import { NO_METRICS } from './no-metrics.ts';
import { ProfileCache } from './services/evaluation/profile-cache.ts';
import { Ingest } from './services/ingest/ingest.ts';
import { foldProfiles } from './services/maintenance/fold-profiles.ts';
import { runMaintenance } from './services/maintenance/run-maintenance.ts';
import { reviseReports } from './services/monitors/revise-reports.ts';
import type { RunOutcome } from './services/monitors/run-monitor.ts';
import type { Channel } from './services/notify/channel.ts';
import type { Database, StoreLog } from './store/database.ts';
import { findNextDue } from './store/next-due.ts';
import { Watch } from './watch.ts';

/** Something that happened, at the simulated time. */
export type TimelineEntry =
  | { readonly kind: 'slot'; readonly atMs: number; readonly monitor: string; readonly end: RunOutcome }
  | { readonly kind: 'message'; readonly atMs: number; readonly message: Message };

export interface SimulationParts {
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
  readonly watch: Watch;
  readonly #parts: SimulationParts;
  readonly #ingest: Ingest;
  readonly #sent: Message[] = [];
  #foldedMs = 0;
  #keptMs = 0;

  constructor(parts: SimulationParts) {
    const { db, config, clock } = parts;
    this.#parts = parts;
    this.#ingest = new Ingest({ db, config, clock, metrics: NO_METRICS });
    const channels = { byName: new Map([[CHANNEL, this.#channel()]]), routes: [{ channels: [CHANNEL] }] };
    this.watch = new Watch({ ...parts, channels, cache: new ProfileCache(), metrics: NO_METRICS, random: () => 0 });
  }

  /** Stores events as POST /v1/ingest would at this moment; they must not lie ahead of it. */
  async send(events: readonly string[]): Promise<void> {
    if (events.length === 0) return;
    const text = `[${events.join(',')}]`;
    await this.#ingest.submit({ text, format: 'json', isStrict: false, idempotencyKey: undefined });
  }

  /** Moves the clock on to a moment, doing on the way whatever is due, when it is due. */
  async runUntil(ms: number): Promise<void> {
    const { db, clock } = this.#parts;
    for (;;) {
      const dueMs = await findNextDue(db);
      if (dueMs === undefined || dueMs > ms) break;
      clock.ms = Math.max(clock.ms + 1, dueMs);
      await this.#work();
    }
    clock.ms = Math.max(clock.ms, ms);
    await this.#keepInOrder();
  }

  /** A message is told after the slot that it tells of. */
  async #work(): Promise<void> {
    for (const { monitor, end } of await this.watch.runDue()) {
      this.#parts.onEntry({ kind: 'slot', atMs: this.#parts.clock.ms, monitor: monitor.name, end });
    }
    await this.watch.remind();
    await this.watch.deliver();
    await this.watch.delivered();
    for (const message of this.#sent.splice(0))
      this.#parts.onEntry({ kind: 'message', atMs: this.#parts.clock.ms, message });
  }

  /** What the service's other jobs do, once an hour or a day of simulated time. */
  async #keepInOrder(): Promise<void> {
    const { db, config, clock } = this.#parts;
    if (clock.ms - this.#foldedMs < HOUR_MS) return;
    this.#foldedMs = clock.ms;
    await foldProfiles(db, clock.ms + 10 * MINUTE_MS);
    await reviseReports(this.watch.deps);
    if (clock.ms - this.#keptMs < DAY_MS) return;
    this.#keptMs = clock.ms;
    if (await runMaintenance(db, config, clock.ms)) this.#ingest.forgetDays();
  }

  #channel(): Channel {
    const send = async (message: Message) => {
      this.#sent.push(message);
      return { kind: 'sent' as const };
    };
    return { name: CHANNEL, type: 'log', isDryRun: false, render: (message) => message, send };
  }
}
