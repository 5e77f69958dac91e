/** Where the work of a pool comes from, and how it is done. */
export interface WorkSource<Item> {
  /** The next item; undefined when nothing is due. */
  claim(): Promise<Item | undefined>;
  run(item: Item): Promise<void>;
  /** For items that others may take once their lease has ended: renewed while the item runs. */
  readonly lease?: { readonly ms: number; renew(item: Item): Promise<unknown> };
  /** One item failed. The worker goes on with the next. */
  onItemError(error: unknown, item: Item): void | Promise<void>;
  /** A worker could claim nothing more and ends. The next wake-up starts another. */
  onClaimError(error: unknown): void;
}

/** A bounded number of workers. Each claims an item, runs it, and claims the next, until nothing is due. */
export class WorkerPool<Item> {
  readonly #maxWorkers: number;
  readonly #source: WorkSource<Item>;
  #workers = 0;
  #isStopping = false;
  /** A wake-up came while all workers were taken: a claim that was already on its way may have missed what it was for. */
  #hasMissedWakeUp = false;
  readonly #waitingForIdle: (() => void)[] = [];

  constructor(maxWorkers: number, source: WorkSource<Item>) {
    this.#maxWorkers = maxWorkers;
    this.#source = source;
  }

  /**
   * Starts workers for what is due, as far as there are free ones. Does not wait for them, so that an item that takes long holds up none that
   * becomes due meanwhile. Throws when nothing can be claimed.
   */
  async wake(): Promise<void> {
    while (!this.#isStopping && this.#workers < this.#maxWorkers) {
      // Counted before the claim: two wake-ups at once must not start one worker too many.
      this.#workers++;
      const first = await this.#claim().catch((error: unknown) => {
        this.#endWorker();
        throw error;
      });
      if (first === undefined) return this.#endWorker();
      void this.#work(first).finally(() => this.#endWorker());
    }
    this.#hasMissedWakeUp = true;
  }

  /** Resolves when no worker is left. */
  idle(): Promise<void> {
    if (this.#workers === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waitingForIdle.push(resolve));
  }

  /** Nothing more is claimed. Waits for what runs; with a patience, not for an item that takes longer. */
  async stop(patienceMs?: number): Promise<void> {
    this.#isStopping = true;
    if (patienceMs === undefined) return this.idle();
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.idle(), enough]);
    clearTimeout(timer);
  }

  async #work(first: Item): Promise<void> {
    try {
      for (let item: Item | undefined = first; item !== undefined; item = await this.#claim()) await this.#run(item);
    } catch (error) {
      this.#source.onClaimError(error);
    }
  }

  async #claim(): Promise<Item | undefined> {
    let item: Item | undefined;
    do {
      if (this.#isStopping) return undefined;
      this.#hasMissedWakeUp = false;
      item = await this.#source.claim();
    } while (item === undefined && this.#hasMissedWakeUp);
    return item;
  }

  async #run(item: Item): Promise<void> {
    const renewal = this.#renewLease(item);
    try {
      await this.#source.run(item);
    } catch (error) {
      await this.#source.onItemError(error, item);
    } finally {
      clearInterval(renewal);
    }
  }

  /** A renewal that fails is not an error: whether the lease was lost shows when the result is written. */
  #renewLease(item: Item): NodeJS.Timeout | undefined {
    const { lease } = this.#source;
    if (lease === undefined) return undefined;
    return setInterval(() => void lease.renew(item).catch(() => undefined), lease.ms / 3).unref();
  }

  #endWorker(): void {
    this.#workers--;
    if (this.#workers === 0) for (const resolve of this.#waitingForIdle.splice(0)) resolve();
  }
}
