import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/core/stats/rng.ts';

describe('seededRng', () => {
  it('repeats itself for the same seed', () => {
    const [a, b] = [seededRng('seed'), seededRng('seed')];
    for (let i = 0; i < 100; i++) expect(a.next()).toBe(b.next());
  });

  it('differs between seeds that look alike', () => {
    const seeds = [0, -0, 1, '1', '', 2 ** 32, 0.5, Number.NaN, 'a', 'b'];
    expect(new Set(seeds.map((seed) => seededRng(seed).nextUint32())).size).toBe(seeds.length);
  });

  it('is uniform: mean, variance and every one of 100 cells', () => {
    const rng = seededRng(7);
    const cells = new Array<number>(100).fill(0);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < 100_000; i++) {
      const u = rng.next();
      sum += u;
      squares += u * u;
      const cell = Math.floor(u * 100);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    expect(sum / 1e5).toBeCloseTo(1 / 2, 2);
    expect(squares / 1e5).toBeCloseTo(1 / 3, 2);
    expect(cells.length).toBe(100);
    expect(Math.min(...cells)).toBeGreaterThan(850);
    expect(Math.max(...cells)).toBeLessThan(1150);
  });

  it('gives whole numbers below 2³², high bits included', () => {
    const rng = seededRng('bits');
    const draws = Array.from({ length: 1000 }, () => rng.nextUint32());
    expect(draws.every((x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32)).toBe(true);
    expect(draws.filter((x) => x >= 2 ** 31).length).toBeGreaterThan(400);
  });
});
