import { reasonOf } from '../../core/format/reason-of.ts';
import type { Clock } from '../../core/time/clock.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time/window.ts';
import { WorkerPool } from '../../runtime/workers/worker-pool.ts';
import type { Database, StoreLog } from '../../store/database.ts';
import {
  type ClaimedNotification,
  claimNotifications,
  claimStaleNotification,
  hasStaleNotification,
  listDueChannels,
  type Recorded,
  type Refreshed,
  recordRefresh,
  recordTry,
} from '../../store/notifications.ts';
import type { Channel } from './channel.ts';
import type { Outcome } from './outcome.ts';

/** How long to wait after each try that failed; after the last one it is a dead letter. */
export const BACKOFF_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
] as const;

/** After a refresh that failed: an alert outlives several of them. */
const REFRESH_BACKOFF_MS = 30 * SECOND_MS;
/** Up to this share is added, so that many that failed together are not tried together. */
const JITTER = 0.2;
/** Longer than any try may take. */
const LEASE_MS = 30 * SECOND_MS;
/** A process that stops waits so long for what it is sending. */
const PATIENCE_MS = 5 * SECOND_MS;
/** Messages of different incidents that one channel is sent at the same time. */
const WORKERS_PER_CHANNEL = 4;

export interface DeliveryMetrics {
  delivered(channel: string, outcome: Outcome['kind'] | 'dead', lateSeconds: number): void;
}

export const SILENT_DELIVERY_METRICS: DeliveryMetrics = { delivered: () => {} };

export interface DeliveryContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly metrics: DeliveryMetrics;
  /** In [0, 1). */
  readonly random: () => number;
  readonly leaseMs?: number;
  /** While it says so, nothing new is claimed. */
  readonly isPaused: () => boolean;
}

/** Empties the outbox. Each channel has workers of its own, so that one that hangs delays no other. */
export class Delivery {
  readonly #context: DeliveryContext;
  readonly #pools = new Map<string, WorkerPool<ClaimedNotification>>();
  #isStopping = false;

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  /** Starts to send what is due and does not wait for it: `idle()` does. */
  async wake(): Promise<void> {
    const channels = new Set([
      ...(await listDueChannels(this.#context.db, this.#context.clock)),
      ...(await this.#listStaleChannels()),
    ]);
    if (this.#isStopping) return;
    await Promise.all([...channels].map((channel) => (this.#pools.get(channel) ?? this.#openPool(channel)).wake()));
  }

  /** Resolves when all workers are done. */
  async idle(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.idle()));
  }

  /** Nothing more is claimed. What is on its way is waited for, but not for one that hangs: it is sent again when its lease ends. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop(PATIENCE_MS)));
  }

  /** Those with a receiver that soon forgets an alert. */
  async #listStaleChannels(): Promise<string[]> {
    const { db, clock, channels } = this.#context;
    const stale: string[] = [];
    for (const { name, refreshEveryMs } of channels.values()) {
      if (refreshEveryMs !== undefined && (await hasStaleNotification(db, clock, name))) stale.push(name);
    }
    return stale;
  }

  /** What is new goes first. */
  async #claim(channel: string): Promise<ClaimedNotification | undefined> {
    const { db, clock, channels, leaseMs = LEASE_MS } = this.#context;
    const [due] = await claimNotifications(db, clock, channel, { leaseMs, limit: 1 });
    if (due !== undefined || channels.get(channel)?.refreshEveryMs === undefined) return due;
    return claimStaleNotification(db, clock, channel, leaseMs);
  }

  #openPool(channel: string): WorkerPool<ClaimedNotification> {
    const { log, isPaused } = this.#context;
    const pool = new WorkerPool<ClaimedNotification>(WORKERS_PER_CHANNEL, {
      claim: async () => (isPaused() ? undefined : this.#claim(channel)),
      run: (claim) => this.#deliver(claim),
      onItemError: (error, { message: { id } }) =>
        log.warn(
          { channel, id, reason: reasonOf(error) },
          'the outcome of a delivery could not be recorded; the notification is sent again when its lease ends, with the same id',
        ),
      onClaimError: (error) =>
        log.warn(
          { channel, reason: reasonOf(error) },
          'due notifications could not be claimed; they are claimed later',
        ),
    });
    this.#pools.set(channel, pool);
    return pool;
  }

  async #deliver(claim: ClaimedNotification): Promise<void> {
    const { db, clock, channels, log, metrics } = this.#context;
    const channel = channels.get(claim.channel);
    const outcome = channel === undefined ? unknownChannel(claim.channel) : await trySend(channel, claim);
    if (claim.isRefresh) return this.#recordRefresh(claim, refreshOf(outcome, channel?.refreshEveryMs));
    const recorded = resultOf(outcome, claim.attempts, this.#context.random());
    const kind = recorded.status === 'dead' ? 'dead' : outcome.kind;
    metrics.delivered(claim.channel, kind, (clock.now() - Date.parse(claim.message.at)) / SECOND_MS);
    const fields = {
      channel: claim.channel,
      id: claim.message.id,
      incident: claim.incidentId,
      try: claim.attempts + 1,
    };
    if (recorded.status === 'sent') log.info(fields, 'notification sent');
    else
      log.warn(
        { ...fields, reason: recorded.error },
        recorded.status === 'dead' ? 'notification is a dead letter' : 'notification failed; it is tried again',
      );
    const written = recorded.status === 'sent' ? { ...recorded, afterMs: channel?.refreshEveryMs } : recorded;
    if (await recordTry(db, clock, claim, written)) return;
    log.warn(fields, 'the lease of this notification ran out: another process sends it again, with the same id');
  }

  /** One that fails becomes no dead letter: the next one may succeed. */
  async #recordRefresh(claim: ClaimedNotification, refresh: Refreshed): Promise<void> {
    const { db, clock, log, metrics } = this.#context;
    if (refresh.error !== null) {
      metrics.delivered(claim.channel, 'retry', 0);
      const fields = {
        channel: claim.channel,
        id: claim.message.id,
        incident: claim.incidentId,
        reason: refresh.error,
      };
      log.warn(fields, 'an alert could not be refreshed; it is tried again');
    }
    await recordRefresh(db, clock, claim, refresh);
  }
}

/** Channels never throw for what the outside does; a fault of our own must not hold up the other messages for ever. */
async function trySend(channel: Channel, { message }: ClaimedNotification): Promise<Outcome> {
  try {
    return await channel.send(message);
  } catch (error) {
    return { kind: 'retry', reason: `the channel failed (${error instanceof Error ? error.name : typeof error})` };
  }
}

function unknownChannel(name: string): Outcome {
  return { kind: 'retry', reason: `no channel is called "${name}" in this process` };
}

/** What is written down of a try. Pure. */
export function resultOf(outcome: Outcome, attempts: number, random: number): Recorded {
  if (outcome.kind === 'sent') return { status: 'sent' };
  if (outcome.kind === 'rejected') return { status: 'dead', error: outcome.reason };
  const backoffMs = BACKOFF_MS[attempts];
  if (backoffMs === undefined) return { status: 'dead', error: `${outcome.reason}, after ${attempts + 1} tries` };
  const afterMs = Math.max(backoffMs * (1 + JITTER * random), outcome.afterMs ?? 0);
  return { status: 'pending', error: outcome.reason, afterMs };
}

/** What is written down of a refresh. Pure. */
function refreshOf(outcome: Outcome, everyMs = 0): Refreshed {
  if (outcome.kind === 'sent') return { error: null, afterMs: everyMs };
  const afterMs = Math.max(REFRESH_BACKOFF_MS, (outcome.kind === 'retry' && outcome.afterMs) || 0);
  return { error: outcome.reason, afterMs };
}
