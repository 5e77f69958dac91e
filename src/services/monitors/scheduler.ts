import { reasonOf } from '../../core/format/reason-of.ts';
import { type MonitorSpec, readSpec } from '../../core/monitor/monitor-spec.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import { type ClaimedMonitor, claimDueMonitors, postponeRun, renewLease } from '../../store/monitors.ts';
import { writeIncidentFiles } from '../incidents/write-incident-files.ts';
import type { MonitorContext } from './context.ts';
import { type RunOutcome, runMonitor } from './run-monitor.ts';

export interface SchedulerOptions {
  /** A process that dies in the middle of a slot holds it up for so long. */
  readonly leaseMs: number;
  /** Slots that run at the same time in this process. */
  readonly workers: number;
  /** Keep what was run for whoever asks with `tick`. */
  readonly keepsResults?: boolean;
}

export const SCHEDULER_OPTIONS: SchedulerOptions = { leaseMs: 60 * SECOND_MS, workers: 4 };

const RETRY_MS = 5 * SECOND_MS;

export interface FinishedRun {
  readonly monitor: ClaimedMonitor;
  readonly end: RunOutcome;
}

/** Runs the slots that are due. Any number of replicas may tick at the same time: the database gives each slot to one. */
export class Scheduler {
  readonly #deps: MonitorContext;
  readonly #options: SchedulerOptions;
  readonly #specs = new Map<number, { readonly stamp: string; readonly spec: MonitorSpec }>();
  #isStopping = false;
  readonly #workers = new Set<Promise<void>>();
  readonly #ran: FinishedRun[] = [];

  constructor(deps: MonitorContext, options: SchedulerOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * Claims what is due, as far as workers are free, and does not wait for it: a slot that takes long must not hold up those that become due
   * meanwhile. An idle call is one question to the database.
   */
  async wake(): Promise<void> {
    this.#deps.metrics.ticked(this.#deps.clock.now());
    while (this.#workers.size < this.#options.workers) {
      const claim = await this.#claim();
      if (claim === undefined) return;
      const worker: Promise<void> = this.#runWorker(claim).finally(() => this.#workers.delete(worker));
      this.#workers.add(worker);
    }
  }

  /** The same, and waits until nothing is due any more. Returns what was run. */
  async tick(): Promise<FinishedRun[]> {
    await this.wake();
    await this.#idle();
    return this.#ran.splice(0);
  }

  /** What runs is finished, nothing more is claimed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#idle();
  }

  async #idle(): Promise<void> {
    while (this.#workers.size > 0) await Promise.all(this.#workers);
  }

  async #runWorker(first: ClaimedMonitor): Promise<void> {
    try {
      for (let claim: ClaimedMonitor | undefined = first; claim !== undefined; claim = await this.#claim()) {
        const end = await this.#run(claim);
        if (end !== undefined && this.#options.keepsResults) this.#ran.push({ monitor: claim, end });
      }
    } catch (error) {
      this.#deps.log.warn(
        { reason: reasonOf(error) },
        'no slot could be claimed; what is due is claimed a second later',
      );
    }
  }

  async #claim(): Promise<ClaimedMonitor | undefined> {
    if (this.#isStopping) return undefined;
    const { db, clock } = this.#deps;
    return (await claimDueMonitors(db, clock, { leaseMs: this.#options.leaseMs, limit: 1 }))[0];
  }

  /** One slot; what goes wrong with it is told and tried again, and holds up no other. */
  async #run(claim: ClaimedMonitor): Promise<RunOutcome | undefined> {
    const { clock, log } = this.#deps;
    const heartbeat = this.#keepLease(claim);
    const startedMs = clock.now();
    try {
      const end = await runMonitor(this.#deps, claim, this.#specOf(claim));
      this.#report(claim, end, startedMs);
      return end;
    } catch (error) {
      log.warn({ monitor: claim.name, reason: reasonOf(error) }, 'a slot could not be run; it is tried again');
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

  #report(claim: ClaimedMonitor, end: RunOutcome, startedMs: number): void {
    const { metrics, log, clock } = this.#deps;
    if (end.status === 'lost')
      log.warn({ monitor: claim.name }, 'another process took this slot over; its answer counts');
    if (end.status === 'lost' || end.status === 'skipped') return;
    const lateMs = claim.nowMs - end.slotMs;
    metrics.ran(end.status, lateMs / SECOND_MS, (clock.now() - startedMs) / SECOND_MS);
    for (const { id, change, group } of end.changed) {
      log.info(
        { monitor: claim.name, incident: id, group, from: change.from, to: change.to, reason: change.reason },
        'incident',
      );
    }
    if (end.changed.length > 0) void writeIncidentFiles(this.#deps, claim, end);
    if (end.hasNotified) this.#deps.notifySoon();
  }

  async #postpone(claim: ClaimedMonitor): Promise<void> {
    try {
      await postponeRun(this.#deps.db, this.#deps.clock, claim, RETRY_MS * 2 ** Math.min(claim.failures, 6));
    } catch (error) {
      this.#deps.log.warn(
        { monitor: claim.name, reason: reasonOf(error) },
        'its slot is tried again when the lease ends',
      );
    }
  }
}
