import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkerPool, type WorkSource } from '../../../src/runtime/workers/worker-pool.ts';

/** A queue in memory whose items end when the test says so. */
class TestSource implements WorkSource<string> {
  readonly due: string[] = [];
  readonly running = new Map<string, { end(): void; fail(error: Error): void }>();
  readonly finished: string[] = [];
  readonly itemErrors: [string, string][] = [];
  readonly claimErrors: string[] = [];
  claims = 0;
  /** Stands between the look into the queue and its answer. */
  beforeAnswer: () => Promise<void> = async () => undefined;
  lease?: { readonly ms: number; renew(item: string): Promise<unknown> };

  async claim(): Promise<string | undefined> {
    this.claims++;
    const item = this.due.shift();
    await this.beforeAnswer();
    return item;
  }

  async run(item: string): Promise<void> {
    await new Promise<void>((resolve, reject) => this.running.set(item, { end: resolve, fail: reject })).finally(() =>
      this.running.delete(item),
    );
    this.finished.push(item);
  }

  onItemError(error: unknown, item: string): void {
    this.itemErrors.push([item, String(error)]);
  }

  onClaimError(error: unknown): void {
    this.claimErrors.push(String(error));
  }

  names(): string[] {
    return [...this.running.keys()];
  }

  async end(item: string): Promise<void> {
    this.running.get(item)?.end();
    await settle();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets everything happen that needs no time. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function hasResolved(promise: Promise<unknown>): Promise<boolean> {
  let isResolved = false;
  void promise.then(() => {
    isResolved = true;
  });
  await settle();
  return isResolved;
}

function openPool(maxWorkers: number, ...due: string[]) {
  const source = new TestSource();
  source.due.push(...due);
  return { source, pool: new WorkerPool(maxWorkers, source) };
}

describe('wake', () => {
  it('runs as much at once as there are workers, and the rest as they become free', async () => {
    const { source, pool } = openPool(2, 'a', 'b', 'c');
    await pool.wake();
    expect(source.names()).toEqual(['a', 'b']);
    await source.end('a');
    expect(source.names()).toEqual(['b', 'c']);
    await source.end('c');
    await source.end('b');
    expect(source.finished).toEqual(['a', 'c', 'b']);
    await pool.idle();
  });

  it('asks once when nothing is due', async () => {
    const { source, pool } = openPool(4);
    await pool.wake();
    expect(source.claims).toBe(1);
    await pool.idle();
  });

  it('tops up: an item that takes long holds up no later one', async () => {
    const { source, pool } = openPool(2, 'long');
    await pool.wake();
    source.due.push('later');
    await pool.wake();
    expect(source.names()).toEqual(['long', 'later']);
  });

  it('starts no worker too many when woken twice at once', async () => {
    const { source, pool } = openPool(2, 'a', 'b', 'c', 'd');
    await Promise.all([pool.wake(), pool.wake(), pool.wake()]);
    expect(source.names()).toEqual(['a', 'b']);
  });

  it('is not lost while the only worker learns that nothing is due', async () => {
    const { source, pool } = openPool(1);
    let answer = () => {};
    source.beforeAnswer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const first = pool.wake();
    source.due.push('just now');
    await pool.wake();
    source.beforeAnswer = async () => undefined;
    answer();
    await first;
    expect(source.names()).toEqual(['just now']);
  });

  it('throws when nothing can be claimed, and the next one starts again', async () => {
    const { source, pool } = openPool(1, 'lost', 'a');
    source.beforeAnswer = async () => {
      throw new Error('the database is away');
    };
    await expect(pool.wake()).rejects.toThrow('the database is away');
    await pool.idle();
    source.beforeAnswer = async () => undefined;
    await pool.wake();
    expect(source.names()).toEqual(['a']);
  });
});

describe('a failure', () => {
  it('of one item is reported and holds up no other', async () => {
    const { source, pool } = openPool(1, 'bad', 'good');
    await pool.wake();
    source.running.get('bad')?.fail(new Error('cannot be evaluated'));
    await settle();
    expect(source.itemErrors).toEqual([['bad', 'Error: cannot be evaluated']]);
    await source.end('good');
    expect(source.finished).toEqual(['good']);
    await pool.idle();
  });

  it('to claim is reported, ends the worker, and the next wake-up starts another', async () => {
    const { source, pool } = openPool(1, 'a', 'lost', 'b');
    await pool.wake();
    source.beforeAnswer = async () => {
      throw new Error('the database is away');
    };
    await source.end('a');
    expect(source.claimErrors).toEqual(['Error: the database is away']);
    await pool.idle();
    source.beforeAnswer = async () => undefined;
    await pool.wake();
    expect(source.names()).toEqual(['b']);
  });
});

describe('a lease', () => {
  it('is renewed three times in its length while its item runs, and not after', async () => {
    const { source, pool } = openPool(2, 'long', 'short');
    const renewed: string[] = [];
    source.lease = { ms: 60_000, renew: async (item) => renewed.push(item) };
    await pool.wake();
    await source.end('short');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(renewed).toEqual(['long', 'long', 'long']);
    await source.end('long');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(renewed).toHaveLength(3);
  });

  it('is no longer renewed when its item failed', async () => {
    const { source, pool } = openPool(1, 'bad');
    const renewed: string[] = [];
    source.lease = { ms: 60_000, renew: async (item) => renewed.push(item) };
    await pool.wake();
    source.running.get('bad')?.fail(new Error('failed'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(renewed).toEqual([]);
  });

  it('that cannot be renewed leaves its item alone', async () => {
    const { source, pool } = openPool(1, 'a');
    source.lease = { ms: 60_000, renew: () => Promise.reject(new Error('the database is away')) };
    await pool.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    await source.end('a');
    expect(source.finished).toEqual(['a']);
    expect(source.itemErrors).toEqual([]);
  });
});

describe('idle', () => {
  it('waits for what runs and for what that worker claims next', async () => {
    const { source, pool } = openPool(1, 'a', 'b');
    await pool.wake();
    const idle = pool.idle();
    await source.end('a');
    expect(await hasResolved(idle)).toBe(false);
    await source.end('b');
    expect(await hasResolved(idle)).toBe(true);
  });
});

describe('stop', () => {
  it('claims nothing more and waits for what runs', async () => {
    const { source, pool } = openPool(1, 'a', 'b');
    await pool.wake();
    const stopped = pool.stop();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await hasResolved(stopped)).toBe(false);
    await source.end('a');
    expect(await hasResolved(stopped)).toBe(true);
    await pool.wake();
    expect(source.due).toEqual(['b']);
  });

  it('with a patience does not wait for what hangs', async () => {
    const { source, pool } = openPool(1, 'hanging');
    await pool.wake();
    const stopped = pool.stop(5_000);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(await hasResolved(stopped)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await hasResolved(stopped)).toBe(true);
    expect(source.names()).toEqual(['hanging']);
  });

  it('with a patience waits no longer than what runs', async () => {
    const { source, pool } = openPool(1, 'a');
    await pool.wake();
    const stopped = pool.stop(5_000);
    await source.end('a');
    expect(await hasResolved(stopped)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for an item whose claim was on its way', async () => {
    const { source, pool } = openPool(1, 'a');
    let answer = () => {};
    source.beforeAnswer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const woken = pool.wake();
    const stopped = pool.stop();
    answer();
    await woken;
    expect(await hasResolved(stopped)).toBe(false);
    await source.end('a');
    expect(await hasResolved(stopped)).toBe(true);
  });
});
