import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ParseGate } from '../../../src/services/ingest/parse-gate.ts';

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

describe('the gate before parsing', () => {
  test('lets in at once what fits, and the others in their order when there is room', async () => {
    const gate = new ParseGate(100);
    expect(gate.enter(60)).toBeUndefined();
    expect(gate.enter(40)).toBeUndefined();
    const order: string[] = [];
    const waiting = ['large', 'small'].map((name, i) => gate.enter(i === 0 ? 90 : 5)?.then(() => order.push(name)));
    await turns(5);
    expect(order).toEqual([]);
    gate.leave(60);
    await turns(5);
    // The small one would fit, but came later: a stream of small ones must not keep a large one out.
    expect(order).toEqual([]);
    gate.leave(40);
    await Promise.all(waiting);
    expect(order).toEqual(['large', 'small']);
  });

  test('a batch that is alone may be longer than the limit', async () => {
    const gate = new ParseGate(100);
    expect(gate.enter(1_000)).toBeUndefined();
    const second = gate.enter(1_000);
    gate.leave(1_000);
    await expect(second).resolves.toBeUndefined();
  });

  test('after some milliseconds of one turn the others wait for the next, one a turn', async () => {
    const gate = new ParseGate(1_000);
    expect(gate.enter(1)).toBeUndefined();
    const end = performance.now() + 15;
    while (performance.now() < end);
    let entered = 0;
    const waiting = Array.from({ length: 3 }, () => gate.enter(1)?.then(() => entered++));
    expect(waiting.every((promise) => promise !== undefined)).toBe(true);
    await Promise.all(waiting);
    expect(entered).toBe(3);
    await turns(2);
    expect(gate.enter(1)).toBeUndefined();
  });

  test('is idle when nothing is inside and nothing waits', async () => {
    const gate = new ParseGate(10);
    await gate.idle();
    gate.enter(10);
    const second = gate.enter(10);
    let isIdle = false;
    const idle = gate.idle().then(() => {
      isIdle = true;
    });
    gate.leave(10);
    await second;
    await turns(3);
    expect(isIdle).toBe(false);
    gate.leave(10);
    await idle;
  });
});
