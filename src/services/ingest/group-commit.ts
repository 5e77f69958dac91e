import { DatabaseUnavailable } from '../../store/database.ts';

interface Waiting<S, R> {
  readonly submission: S;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions<S, R> {
  readonly commit: (submissions: readonly S[]) => Promise<R[]>;
  /** How many commits may run at once. */
  readonly workers: number;
  /** The size of one submission, and how much of it one commit takes at most. */
  readonly sizeOf: (submission: S) => number;
  readonly maxSize: number;
}

/**
 * Lets concurrent requests share one commit: whatever waits when a worker becomes free goes into the next one. Nothing is delayed to
 * wait for company; a lone request commits at once.
 */
export class GroupCommit<S, R> {
  readonly #options: GroupCommitOptions<S, R>;
  #waiting: Waiting<S, R>[] = [];
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions<S, R>) {
    this.#options = options;
  }

  submit(submission: S): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({ submission, resolve, reject });
      if (this.#running < this.#options.workers) void this.#runWorker();
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  drain(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #runWorker(): Promise<void> {
    this.#running++;
    // One turn of the event loop, so that requests read in the same turn go together.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commitTogether(this.#takeGroup());
    this.#running--;
    if (this.#running === 0) for (const wake of this.#idle.splice(0)) wake();
  }

  #takeGroup(): Waiting<S, R>[] {
    let size = 0;
    let count = 0;
    for (const { submission } of this.#waiting) {
      size += this.#options.sizeOf(submission);
      if (count > 0 && size > this.#options.maxSize) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #commitTogether(group: readonly Waiting<S, R>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map((waiting) => waiting.submission));
      for (const [i, waiting] of group.entries()) waiting.resolve(results[i] as R);
    } catch (error) {
      // A fault that is one request's own must not fail its neighbours: each is tried again by itself.
      if (group.length === 1 || error instanceof DatabaseUnavailable) for (const { reject } of group) reject(error);
      else for (const waiting of group) await this.#commitTogether([waiting]);
    }
  }
}
