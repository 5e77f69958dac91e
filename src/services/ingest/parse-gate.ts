import { nextTurn } from '../../runtime/workers/turns.ts';

/** Of one turn of the event loop; then other sockets are looked at. */
const TURN_MS = 10;
/** A shorter text is parsed in less than a millisecond, or a few where it is nothing but brackets; a longer one has a turn to itself. */
const QUICK_CHARS = 64 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Lets batches in to be parsed, in the order in which they came. A batch takes several times its text once it is parsed, so only as much is
 * let in as the commits that run and the next one can take; the others wait as text. And one turn of the event loop parses for some
 * milliseconds only, however many batches have come, so that a short request need not wait for all of them.
 */
export class ParseGate {
  readonly #limit: number;
  /** Bytes of text of the batches that are inside. */
  #inside = 0;
  #waiting: Waiting[] = [];
  #isPumping = false;
  #turnStartedMs: number | undefined;
  #onIdle: (() => void)[] = [];

  /** @param limit - bytes of text that may be inside at once; a batch that is alone may be longer */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns undefined when the batch is in at once */
  enter(bytes: number): Promise<void> | undefined {
    if (bytes <= QUICK_CHARS && this.#waiting.length === 0 && this.#fits(bytes) && this.#hasTime()) {
      this.#inside += bytes;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, enter: resolve });
      void this.#pump();
    });
  }

  /** The batch is stored or refused. */
  leave(bytes: number): void {
    this.#inside -= bytes;
    void this.#pump();
    if (this.#inside === 0 && this.#waiting.length === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Resolves when nothing is inside and nothing waits. */
  idle(): Promise<void> {
    if (this.#inside === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #fits(bytes: number): boolean {
    return this.#inside === 0 || this.#inside + bytes <= this.#limit;
  }

  #hasTime(): boolean {
    const nowMs = performance.now();
    if (this.#turnStartedMs !== undefined) return nowMs - this.#turnStartedMs < TURN_MS;
    this.#turnStartedMs = nowMs;
    setImmediate(() => {
      this.#turnStartedMs = undefined;
    });
    return true;
  }

  /** One batch a turn: what it costs shows only afterwards. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inside += next.bytes;
      await nextTurn();
      next.enter();
    }
    this.#isPumping = false;
  }
}
