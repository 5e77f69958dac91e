import { describe, expect, it } from 'vitest';
import { runSteps, type Steps } from '../../src/core/steps.ts';
import { runStepsInTurns } from '../../src/runtime/workers/run-in-turns.ts';

function* countTo(n: number, seen: number[]): Steps<number> {
  for (let i = 1; i <= n; i++) {
    seen.push(i);
    yield;
  }
  return n;
}

describe('work in steps', () => {
  it('gives the same at once and in turns', async () => {
    const [atOnce, inTurns]: number[][] = [[], []];
    expect(runSteps(countTo(100, atOnce as number[]))).toBe(100);
    expect(await runStepsInTurns(countTo(100, inTurns as number[]))).toBe(100);
    expect(inTurns).toEqual(atOnce);
    expect([runSteps(countTo(0, [])), await runStepsInTurns(countTo(0, []))]).toEqual([0, 0]);
  });

  it('in turns, others come in between; at once, nobody does', async () => {
    const seen: number[] = [];
    let between = 0;
    const others = (async () => {
      while (seen.length < 10_000) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        between++;
      }
    })();
    await runStepsInTurns(countTo(10_000, seen));
    await others;
    expect(between).toBeGreaterThan(100);
  });

  it('what a step throws comes out', async () => {
    function* broken(): Steps<never> {
      yield;
      throw new RangeError('broken');
    }
    expect(() => runSteps(broken())).toThrow('broken');
    await expect(runStepsInTurns(broken())).rejects.toThrow('broken');
  });
});
