import type { KeyScope } from '../core/key-scope.ts';
import type { Clock } from '../core/time/clock.ts';
import { hashApiKey, isApiKey } from '../store/api-key.ts';
import { countApiKeys, findApiKeyByHash } from '../store/api-keys.ts';
import type { Queryable } from '../store/database.ts';

/** Who asks: the scope of a key; `open` while no key exists; `none` without a key where one is needed; or an unknown key. */
export type Caller = KeyScope | 'open' | 'none' | 'unknown';

const KEPT_MS = 5_000;
const MAX_KEPT = 1_000;

interface Kept {
  readonly caller: Caller;
  /** Of the key. */
  readonly name: string | undefined;
  readonly untilMs: number;
}

/** Remembers for five seconds who a token is, so that a revoked key stops working soon and a busy one costs no query. */
export class CallerCache {
  readonly #db: Queryable;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #asking = new Map<string, Promise<Caller>>();

  constructor(db: Queryable, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** The caller, where it is known without asking the database. */
  peek(token: string): Caller | undefined {
    const kept = this.#kept.get(token);
    return kept !== undefined && this.#clock.now() < kept.untilMs ? kept.caller : undefined;
  }

  /** The name of a key that was asked about a moment ago, for the audit trail. */
  nameOf(token: string): string | undefined {
    return this.#kept.get(token)?.name;
  }

  /** The caller. Requests that ask for the same token at once share one query. */
  find(token: string): Promise<Caller> {
    const asking = this.#asking.get(token);
    if (asking !== undefined) return asking;
    const asked = this.#ask(token).finally(() => this.#asking.delete(token));
    this.#asking.set(token, asked);
    return asked;
  }

  /** A key was made or revoked through this process: the next request asks again. */
  forget(): void {
    this.#kept.clear();
  }

  async #ask(token: string): Promise<Caller> {
    const key = isApiKey(token) ? await findApiKeyByHash(this.#db, hashApiKey(token)) : undefined;
    const caller = key?.scope ?? ((await countApiKeys(this.#db)) === 0 ? 'open' : token === '' ? 'none' : 'unknown');
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(token, { caller, name: key?.name, untilMs: this.#clock.now() + KEPT_MS });
    return caller;
  }
}
