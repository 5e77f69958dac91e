import { setImmediate as nextTurn } from 'node:timers/promises';
import { WorkerPool } from '../../runtime/workers/worker-pool.ts';
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
  readonly #pool: WorkerPool<readonly Waiting<S, R>[]>;
  #waiting: Waiting<S, R>[] = [];

  constructor(options: GroupCommitOptions<S, R>) {
    this.#options = options;
    this.#pool = new WorkerPool(options.workers, {
      claim: async () => this.#takeGroup(),
      run: (group) => this.#commit(group),
      onItemError: (error, group) => this.#commitApart(group, error),
      onClaimError: (error) => {
        throw error;
      },
    });
  }

  submit(submission: S): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({ submission, resolve, reject });
      // One turn of the event loop later, so that requests read in the same turn go together. Where others wait already, that is on its way.
      if (this.#waiting.length === 1) setImmediate(() => void this.#pool.wake());
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  async drain(): Promise<void> {
    await nextTurn();
    await this.#pool.idle();
  }

  #takeGroup(): readonly Waiting<S, R>[] | undefined {
    let size = 0;
    let count = 0;
    for (const { submission } of this.#waiting) {
      size += this.#options.sizeOf(submission);
      if (count > 0 && size > this.#options.maxSize) break;
      count++;
    }
    return count === 0 ? undefined : this.#waiting.splice(0, count);
  }

  async #commit(group: readonly Waiting<S, R>[]): Promise<void> {
    const results = await this.#options.commit(group.map(({ submission }) => submission));
    for (const [i, { resolve }] of group.entries()) resolve(results[i] as R);
  }

  /** A fault that is one request's own must not fail its neighbors: each is tried again by itself. */
  async #commitApart(group: readonly Waiting<S, R>[], error: unknown): Promise<void> {
    if (error instanceof DatabaseUnavailable) return this.#rejectAll(group, error);
    if (group.length === 1) group[0]?.reject(error);
    else {
      for (const [i, waiting] of group.entries()) {
        try {
          await this.#commit([waiting]);
        } catch (own) {
          if (own instanceof DatabaseUnavailable) return this.#rejectAll(group.slice(i), own);
          waiting.reject(own);
        }
      }
    }
  }

  /** The commit may have happened, so nobody is tried again. Who waits would only wait for the same time-out once more. */
  #rejectAll(group: readonly Waiting<S, R>[], error: DatabaseUnavailable): void {
    for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
  }
}
