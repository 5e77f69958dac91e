import { DatabaseUnavailable } from '../store/database.ts';
import { type ClaimedMonitor, claimDueMonitors, postponeSlot, renewLease } from '../store/monitors.ts';
import { SECOND_MS } from '../time/window.ts';
import type { WatchDeps } from './deps.ts';
import { type MonitorSpec, readSpec } from './monitor-spec.ts';
import { runSlot, type SlotEnd } from './run-slot.ts';
import { writeIncidentFiles } from './write-incident-files.ts';

export interface SchedulerOptions {
  /** A process that dies in the middle of a slot holds it up for so long. */
  readonly leaseMs: number;
  /** Slots that run at the same time in this process. */
  readonly lanes: number;
}

const SCHEDULER_OPTIONS: SchedulerOptions = { leaseMs: 60 * SECOND_MS, lanes: 4 };

const RETRY_MS = 5 * SECOND_MS;

export interface RanSlot {
  readonly monitor: ClaimedMonitor;
  readonly end: SlotEnd;
}

/** Runs the slots that are due. Any number of replicas may tick at the same time: the database gives each slot to one. */
export class Scheduler {
  readonly #deps: WatchDeps;
  readonly #options: SchedulerOptions;
  readonly #specs = new Map<number, { readonly stamp: string; readonly spec: MonitorSpec }>();
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: WatchDeps, options: SchedulerOptions = SCHEDULER_OPTIONS) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Claims and runs until nothing is due. */
  async tick(): Promise<RanSlot[]> {
    const ran: RanSlot[] = [];
    this.#running = this.#runAll(ran);
    await this.#running;
    this.#deps.metrics.ticked(this.#deps.clock.now());
    return ran;
  }

  /** What runs is finished, nothing more is claimed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running.catch(() => undefined);
  }

  /** An idle tick is one question to the database; only where something is due the other lanes begin. */
  async #runAll(ran: RanSlot[]): Promise<void> {
    const first = await this.#claim();
    if (first === undefined) return;
    const others = Array.from({ length: this.#options.lanes - 1 }, () => this.#runLane(ran));
    await Promise.all([this.#runLane(ran, first), ...others]);
  }

  async #runLane(ran: RanSlot[], first?: ClaimedMonitor): Promise<void> {
    for (let claim = first ?? (await this.#claim()); claim !== undefined; claim = await this.#claim()) {
      const end = await this.#run(claim);
      if (end !== undefined) ran.push({ monitor: claim, end });
    }
  }

  async #claim(): Promise<ClaimedMonitor | undefined> {
    if (this.#isStopping) return undefined;
    const { db, clock } = this.#deps;
    return (await claimDueMonitors(db, clock, { leaseMs: this.#options.leaseMs, limit: 1 }))[0];
  }

  /** One slot; what goes wrong with it is told and tried again, and holds up no other. */
  async #run(claim: ClaimedMonitor): Promise<SlotEnd | undefined> {
    const { clock, log } = this.#deps;
    const heartbeat = this.#keepLease(claim);
    const startedMs = clock.now();
    try {
      const end = await runSlot(this.#deps, claim, this.#specOf(claim));
      this.#tell(claim, end, startedMs);
      return end;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ monitor: claim.name, reason: reason.slice(0, 500) }, 'a slot could not be run; it is tried again');
      await this.#postpone(claim);
      return undefined;
    } finally {
      clearInterval(heartbeat);
    }
  }

  #keepLease(claim: ClaimedMonitor): NodeJS.Timeout {
    const { db, clock } = this.#deps;
    const { leaseMs } = this.#options;
    const renew = () => void renewLease(db, clock, claim, leaseMs).catch(() => false);
    return setInterval(renew, leaseMs / 3).unref();
  }

  #specOf({ id, spec, updatedAtMs, name }: ClaimedMonitor): MonitorSpec {
    const stamp = `${updatedAtMs} ${name}`;
    const known = this.#specs.get(id);
    if (known?.stamp === stamp) return known.spec;
    const read = readSpec(spec);
    this.#specs.set(id, { stamp, spec: read });
    return read;
  }

  #tell(claim: ClaimedMonitor, end: SlotEnd, startedMs: number): void {
    const { metrics, log, clock } = this.#deps;
    if (end.status === 'lost')
      log.warn({ monitor: claim.name }, 'another process took this slot over; its answer counts');
    if (end.status === 'lost' || end.status === 'skipped') return;
    const lateMs = claim.nowMs - end.slotMs;
    metrics.ranSlot(end.status, lateMs / SECOND_MS, (clock.now() - startedMs) / SECOND_MS);
    for (const { id, change, group } of end.changed) {
      log.info(
        { monitor: claim.name, incident: id, group, from: change.from, to: change.to, reason: change.reason },
        'incident',
      );
    }
    if (end.changed.length > 0) void writeIncidentFiles(this.#deps, claim, end);
    if (end.hasTold) this.#deps.notifySoon();
  }

  async #postpone(claim: ClaimedMonitor): Promise<void> {
    try {
      await postponeSlot(this.#deps.db, this.#deps.clock, claim, RETRY_MS * 2 ** Math.min(claim.failures, 6));
    } catch (error) {
      // The lease runs out by itself.
      if (!(error instanceof DatabaseUnavailable)) throw error;
    }
  }
}
