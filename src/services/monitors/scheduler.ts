import { reasonOf } from '../../core/format/reason-of.ts';
import { type MonitorSpec, readSpec } from '../../core/monitor/monitor-spec.ts';
import { SECOND_MS } from '../../core/time/window.ts';
import { WorkerPool } from '../../runtime/workers/worker-pool.ts';
import { type ClaimedMonitor, claimDueMonitors, postponeRun, renewLease } from '../../store/monitors.ts';
import { writeIncidentFiles } from '../incidents/write-incident-files.ts';
import type { MonitorContext } from './context.ts';
import { type RunOutcome, runMonitor } from './run-monitor.ts';

export interface SchedulerOptions {
  /** After a process dies in the middle of a run, another takes the run over this much later. */
  readonly leaseMs: number;
  /** Runs at the same time in this process. */
  readonly workers: number;
  /** While it says so, nothing new is claimed. */
  readonly isPaused: () => boolean;
}

export const SCHEDULER_OPTIONS: SchedulerOptions = { leaseMs: 60 * SECOND_MS, workers: 4, isPaused: () => false };

const RETRY_MS = 5 * SECOND_MS;

export interface FinishedRun {
  readonly monitor: ClaimedMonitor;
  readonly outcome: RunOutcome;
}

/** Runs the monitors that are due. Any number of replicas may do so at the same time: the database gives each run to one. */
export class Scheduler {
  readonly #context: MonitorContext;
  readonly #specs = new Map<number, { readonly stamp: string; readonly spec: MonitorSpec }>();
  readonly #pool: WorkerPool<ClaimedMonitor>;
  #finished: FinishedRun[] | undefined;

  constructor(context: MonitorContext, { leaseMs, workers, isPaused }: SchedulerOptions = SCHEDULER_OPTIONS) {
    const { db, clock, log } = context;
    this.#context = context;
    this.#pool = new WorkerPool(workers, {
      claim: async () => (isPaused() ? undefined : (await claimDueMonitors(db, clock, { leaseMs, limit: 1 }))[0]),
      run: (claim) => this.#run(claim),
      lease: { ms: leaseMs, renew: (claim) => renewLease(db, clock, claim, leaseMs) },
      onItemError: (error, claim) => this.#postpone(claim, error),
      onClaimError: (error) =>
        log.warn({ reason: reasonOf(error) }, 'the due runs could not be claimed; the next try is in a second'),
    });
  }

  /** Starts what is due and does not wait for it. When nothing is due, this is one question to the database. */
  async wake(): Promise<void> {
    this.#context.metrics.ticked(this.#context.clock.now());
    await this.#pool.wake();
  }

  /** Runs everything that is due to its end, and returns what was run. */
  async runDue(): Promise<FinishedRun[]> {
    const finished: FinishedRun[] = [];
    this.#finished = finished;
    await this.wake();
    await this.#pool.idle();
    this.#finished = undefined;
    return finished;
  }

  /** What runs is finished, nothing more is claimed. */
  stop(): Promise<void> {
    return this.#pool.stop();
  }

  async #run(claim: ClaimedMonitor): Promise<void> {
    const startedMs = this.#context.clock.now();
    const outcome = await runMonitor(this.#context, claim, this.#specOf(claim));
    this.#report(claim, outcome, startedMs);
    this.#finished?.push({ monitor: claim, outcome });
  }

  #specOf({ id, spec, updatedAtMs, name }: ClaimedMonitor): MonitorSpec {
    const stamp = `${updatedAtMs} ${name}`;
    const known = this.#specs.get(id);
    if (known?.stamp === stamp) return known.spec;
    const read = readSpec(spec);
    this.#specs.set(id, { stamp, spec: read });
    return read;
  }

  #report(claim: ClaimedMonitor, outcome: RunOutcome, startedMs: number): void {
    const { metrics, log, clock } = this.#context;
    if (outcome.status === 'lost')
      log.warn({ monitor: claim.name }, 'another process took over this run; its result counts');
    if (outcome.status === 'lost' || outcome.status === 'skipped') return;
    const lateMs = claim.nowMs - outcome.slotMs;
    metrics.ran(outcome.status, lateMs / SECOND_MS, (clock.now() - startedMs) / SECOND_MS);
    for (const { id, change, group } of outcome.changed) {
      log.info(
        { monitor: claim.name, incident: id, group, from: change.from, to: change.to, reason: change.reason },
        'incident changed',
      );
    }
    if (outcome.changed.length > 0) void writeIncidentFiles(this.#context, claim, outcome);
    if (outcome.hasNotified) this.#context.notifySoon();
  }

  async #postpone(claim: ClaimedMonitor, error: unknown): Promise<void> {
    const { db, clock, log } = this.#context;
    log.warn({ monitor: claim.name, reason: reasonOf(error) }, 'the run failed; it is tried again');
    try {
      await postponeRun(db, clock, claim, RETRY_MS * 2 ** Math.min(claim.failures, 6));
    } catch (failure) {
      log.warn(
        { monitor: claim.name, reason: reasonOf(failure) },
        'the run could not be rescheduled; it is tried again when its lease ends',
      );
    }
  }
}
