import { setTimeout as delay } from 'node:timers/promises';
import { profiledEvents, storedNumbers } from '../../test/app/client.ts';

export const CLIENTS = 4;
const BATCH = 20;
const RETRY_MS = 200;
const PROBE_MS = 250;

/** One answer to a batch; status 0 when the connection broke. */
interface Answer {
  readonly status: number;
  readonly atMs: number;
  readonly ms: number;
  readonly mayRetry: boolean;
}

/** What the service holds, next to what it acknowledged. */
interface Stored {
  readonly acknowledged: number;
  readonly lost: number;
  readonly twice: number;
  /** Batches of which it holds some events and not all. */
  readonly partial: number;
  /** Events in profiles, less those that are stored. */
  readonly profiled: number;
}

/** Clients that send batches with keys, each again until it is acknowledged, and a probe of `/readyz`. */
export class Load {
  readonly answers: Answer[] = [];
  /** What `/readyz` said while it was not ready. */
  readonly reasons = new Set<string>();
  readonly #acknowledged: number[] = [];
  readonly #url: string;
  readonly #running: readonly Promise<void>[];
  #isDone = false;

  constructor(url: string) {
    this.#url = url;
    this.#running = [...Array.from({ length: CLIENTS }, (_, client) => this.#send(client)), this.#probe()];
  }

  /** When the first batch that was sent after a moment was acknowledged. */
  async firstSuccessAfter(ms: number): Promise<number> {
    for (;;) {
      const found = this.answers.find((answer) => answer.status === 200 && answer.atMs >= ms);
      if (found !== undefined) return found.atMs;
      await delay(10);
    }
  }

  /** Ends when each client's last batch is acknowledged. */
  async stop(): Promise<Stored> {
    this.#isDone = true;
    await Promise.all(this.#running);
    const stored = await storedNumbers(this.#url);
    const distinct = new Set(stored);
    return {
      acknowledged: this.#acknowledged.length,
      lost: this.#acknowledged.filter((n) => !distinct.has(n)).length,
      twice: stored.length - distinct.size,
      partial: countPartial(distinct),
      profiled: (await profiledEvents(this.#url)) - stored.length,
    };
  }

  async #send(client: number): Promise<void> {
    for (let from = 0; !this.#isDone; from += BATCH) {
      const numbers = Array.from({ length: BATCH }, (_, i) => client * 10_000_000 + from + i);
      const events = numbers.map((n) => ({ ts: Date.now(), service: 'chaos', endpoint: 'POST /', n }));
      const body = JSON.stringify(events);
      while (!(await this.#post(`load-${client}-${from}`, body))) await delay(RETRY_MS);
      this.#acknowledged.push(...numbers);
    }
  }

  async #post(key: string, body: string): Promise<boolean> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const startedMs = Date.now();
    const answer = await fetch(`${this.#url}/v1/ingest`, { method: 'POST', headers, body }).catch(() => undefined);
    await answer?.arrayBuffer();
    const atMs = Date.now();
    const mayRetry = Number(answer?.headers.get('retry-after')) > 0;
    this.answers.push({ status: answer?.status ?? 0, atMs, ms: atMs - startedMs, mayRetry });
    return answer?.ok === true;
  }

  async #probe(): Promise<void> {
    for (; !this.#isDone; await delay(PROBE_MS)) {
      const answer = await fetch(`${this.#url}/readyz`).catch(() => undefined);
      const { detail } = ((await answer?.json().catch(() => undefined)) ?? {}) as { detail?: string };
      if (detail !== undefined) this.reasons.add(detail);
    }
  }
}

function countPartial(stored: ReadonlySet<number>): number {
  const sizes = new Map<number, number>();
  for (const n of stored) sizes.set(Math.floor(n / BATCH), (sizes.get(Math.floor(n / BATCH)) ?? 0) + 1);
  return [...sizes.values()].filter((size) => size !== BATCH).length;
}
