import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/time/window.ts';
import { BACKOFF_MS, resultOf } from '../../../src/services/notify/deliver.ts';

const RETRY = { kind: 'retry', reason: 'HTTP 503' } as const;
const triesArb = fc.integer({ min: 0, max: BACKOFF_MS.length - 1 });
const randomArb = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('resultOf', () => {
  it('what is sent is done, at whichever try', () => {
    for (const tries of [0, 1, 6, 9]) expect(resultOf({ kind: 'sent' }, tries, 0.5)).toEqual({ status: 'sent' });
  });

  it('what is rejected is dead at once', () => {
    const outcome = { kind: 'rejected', reason: 'HTTP 410' } as const;
    expect(resultOf(outcome, 0, 0.5)).toEqual({ status: 'dead', error: 'HTTP 410' });
  });

  it.each([
    [0, 5 * SECOND_MS],
    [1, 30 * SECOND_MS],
    [2, 2 * MINUTE_MS],
    [3, 10 * MINUTE_MS],
    [4, 30 * MINUTE_MS],
    [5, 2 * HOUR_MS],
  ])('after %s earlier tries it waits %s ms', (tries, afterMs) => {
    expect(resultOf(RETRY, tries, 0)).toEqual({ status: 'pending', error: 'HTTP 503', afterMs });
  });

  it('the seventh try was the last', () => {
    expect(resultOf(RETRY, 6, 0)).toEqual({ status: 'dead', error: 'HTTP 503, after 7 tries' });
    expect(resultOf({ ...RETRY, afterMs: 1 }, 6, 0).status).toBe('dead');
  });

  it('waits up to a fifth longer, never less, so that what failed together comes apart', () => {
    fc.assert(
      fc.property(triesArb, randomArb, (tries, random) => {
        const backoffMs = BACKOFF_MS[tries] ?? 0;
        const result = resultOf(RETRY, tries, random);
        if (result.status !== 'pending') throw new Error('it is not tried again');
        expect(result.afterMs).toBeGreaterThanOrEqual(backoffMs);
        expect(result.afterMs).toBeLessThan(backoffMs * 1.2 + 1e-6);
      }),
    );
    const waits = [0, 0.5, 0.9]
      .map((random) => resultOf(RETRY, 2, random))
      .map((each) => 'afterMs' in each && each.afterMs);
    expect(new Set(waits).size).toBe(3);
  });

  it('waits for as long as the receiver asks when that is longer, and for the backoff when it is not', () => {
    fc.assert(
      fc.property(triesArb, randomArb, fc.nat(24 * HOUR_MS), (tries, random, afterMs) => {
        const alone = resultOf(RETRY, tries, random);
        const asked = resultOf({ ...RETRY, afterMs }, tries, random);
        if (alone.status !== 'pending' || asked.status !== 'pending') throw new Error('it is not tried again');
        expect(asked.afterMs).toBe(Math.max(alone.afterMs, afterMs));
      }),
    );
  });
});
