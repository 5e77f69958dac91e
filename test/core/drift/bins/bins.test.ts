import { describe, expect, it } from 'vitest';
import { binNames, countInBins, quantileBins } from '../../../../src/core/drift/bins/bins.ts';
import { seededRng } from '../../../../src/core/stats/rng.ts';
import { draw, normal, weigh } from '../pairs.ts';

const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('quantileBins', () => {
  it('holds a tenth of the reference in each of ten bins', () => {
    const reference = weigh(oneTo(100));
    const bins = quantileBins(reference);
    expect([...bins.edges]).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(countInBins(reference, bins)).toEqual(new Array(10).fill(10));
  });

  it('drops repeated edges, so that no bin is empty in the reference', () => {
    const reference = weigh([...draw(70, () => 0), ...oneTo(30)]);
    const bins = quantileBins(reference);
    expect([...bins.edges]).toEqual([0, 10, 20]);
    expect(countInBins(reference, bins)).toEqual([70, 10, 10, 10]);
  });

  it.each([5, 0, -0.1, 1e300, 5e-324])('has three bins around the constant %s: below, itself, above', (c) => {
    const bins = quantileBins(weigh(draw(20, () => c)));
    expect(bins.edges.length).toBe(2);
    const below = c - Math.max(Number.MIN_VALUE, Math.abs(c) * 1e-15);
    const above = c + Math.max(Number.MIN_VALUE, Math.abs(c) * 1e-15);
    expect(countInBins(weigh([below, c, c, above]), bins)).toEqual([1, 2, 1]);
  });

  it('is open at both ends: nothing of the current window is lost', () => {
    const rng = seededRng('open');
    const bins = quantileBins(weigh(draw(500, () => normal(rng))));
    const current = weigh([...draw(300, () => normal(rng, 3)), -1e300, 1e300]);
    expect(countInBins(current, bins).reduce((a, b) => a + b, 0)).toBe(302);
  });

  it('counts weights, not values', () => {
    const sample = { values: Float64Array.of(1, 2, 3), weights: Float64Array.of(4, 1, 5), total: 10 };
    expect(countInBins(sample, { edges: Float64Array.of(1, 2) })).toEqual([4, 1, 5]);
    expect([...quantileBins(sample, 2).edges]).toEqual([2]);
  });

  it('refuses an empty reference and fewer than two bins', () => {
    expect(() => quantileBins(weigh([]))).toThrow(RangeError);
    expect(() => quantileBins(weigh([1]), 1)).toThrow(RangeError);
  });

  it('names its cells as intervals', () => {
    expect(binNames({ edges: Float64Array.of(1.5, 2) })).toEqual(['(-inf, 1.5]', '(1.5, 2]', '(2, inf)']);
  });
});
