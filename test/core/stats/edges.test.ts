import { describe, expect, it } from 'vitest';
import { chebyshev } from '../../../src/core/stats/distances/chebyshev.ts';
import { hellinger } from '../../../src/core/stats/distances/hellinger.ts';
import { jensenShannonDivergence } from '../../../src/core/stats/distances/jensen-shannon.ts';
import { kullbackLeibler } from '../../../src/core/stats/distances/kullback-leibler.ts';
import { populationStability } from '../../../src/core/stats/distances/population-stability.ts';
import { totalVariation } from '../../../src/core/stats/distances/total-variation.ts';
import { binomialSurvival } from '../../../src/core/stats/distributions/binomial.ts';
import { chiSquaredSurvival } from '../../../src/core/stats/distributions/chi-squared.ts';
import { regularizedBeta } from '../../../src/core/stats/distributions/incomplete-beta.ts';
import { upperGamma } from '../../../src/core/stats/distributions/incomplete-gamma.ts';
import { logGamma } from '../../../src/core/stats/distributions/log-gamma.ts';
import { studentTSurvival } from '../../../src/core/stats/distributions/student-t.ts';
import { exceedancePValue } from '../../../src/core/stats/exceedances.ts';
import { benjaminiHochberg, benjaminiYekutieli } from '../../../src/core/stats/false-discovery.ts';
import { ksExactPValue } from '../../../src/core/stats/kolmogorov/ks-exact.ts';
import { kstwoSurvival } from '../../../src/core/stats/kolmogorov/kstwo.ts';
import { smirnovSurvival } from '../../../src/core/stats/kolmogorov/smirnov.ts';
import { poolRareCategories } from '../../../src/core/stats/pool-rare-categories.ts';
import { andersonDarlingSurvival } from '../../../src/core/stats/tests/anderson-darling.ts';
import { cramerVonMisesSurvival } from '../../../src/core/stats/tests/cramer-von-mises.ts';
import { fisherExact } from '../../../src/core/stats/tests/fisher.ts';
import { gTest } from '../../../src/core/stats/tests/g-test.ts';
import { chiSquaredHomogeneity } from '../../../src/core/stats/tests/homogeneity.ts';
import { twoProportionTest } from '../../../src/core/stats/tests/two-proportion.ts';
import { welchTest } from '../../../src/core/stats/tests/welch.ts';

describe('a wrong argument is a RangeError that names it', () => {
  it.each([
    ['logGamma', () => logGamma(0)],
    ['upperGamma', () => upperGamma(0, 1)],
    ['upperGamma', () => upperGamma(1, Number.NaN)],
    ['chiSquaredSurvival', () => chiSquaredSurvival(1, -1)],
    ['kstwoSurvival', () => kstwoSurvival(1.5, 0.5)],
    ['kstwoSurvival', () => kstwoSurvival(10, Number.NaN)],
    ['ksExactPValue', () => ksExactPValue(0, 5, 0.5)],
    ['ksExactPValue', () => ksExactPValue(5, 5, 1.5)],
    ['false discovery', () => benjaminiHochberg([0.5, Number.NaN])],
    ['fisherExact', () => fisherExact({ k: 3, n: 2 }, { k: 0, n: 1 })],
    ['twoProportionTest', () => twoProportionTest({ k: 0, n: 0 }, { k: 0, n: 1 })],
    ['chiSquaredHomogeneity', () => chiSquaredHomogeneity([1], [1, 2])],
    ['populationStability', () => populationStability([1], [1, 2])],
    ['jensenShannonDivergence', () => jensenShannonDivergence([1], [1, 2])],
    ['kullbackLeibler', () => kullbackLeibler([1], [1, 2])],
    ['hellinger', () => hellinger([1], [1, 2])],
    ['totalVariation', () => totalVariation([1], [1, 2])],
    ['chebyshev', () => chebyshev([1], [1, 2])],
    ['gTest', () => gTest([1], [1, 2])],
    ['regularizedBeta', () => regularizedBeta(0, 1, 0.5)],
    ['binomialSurvival', () => binomialSurvival(1, 2, 1.5)],
    ['studentTSurvival', () => studentTSurvival(1, 0)],
    ['welchTest', () => welchTest({ n: 1, mean: 0, variance: 0 }, { n: 5, mean: 0, variance: 1 })],
    ['exceedancePValue', () => exceedancePValue(6, 10, 5)],
  ])('%s', (name, call) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(name);
  });
});

describe('ends of the ranges', () => {
  it('survival functions run from 1 to 0', () => {
    expect([chiSquaredSurvival(-1, 3), chiSquaredSurvival(0, 3), chiSquaredSurvival(Infinity, 3)]).toEqual([1, 1, 0]);
    expect([chiSquaredSurvival(0, 0), chiSquaredSurvival(1, 0)]).toEqual([1, 0]);
    expect([kstwoSurvival(10, -1), kstwoSurvival(10, 0.05), kstwoSurvival(10, 1)]).toEqual([1, 1, 0]);
    expect([smirnovSurvival(10, 0), smirnovSurvival(10, 1)]).toEqual([1, 0]);
    expect([ksExactPValue(5, 5, 0), ksExactPValue(5, 4, 0)]).toEqual([1, 1]);
  });

  it('tails of sums of weighted χ² run from 1 to 0, and never rise', () => {
    for (const survival of [cramerVonMisesSurvival, andersonDarlingSurvival]) {
      const p = Array.from({ length: 200 }, (_, i) => survival(i * i * 0.002));
      expect([p[0], survival(2_000)]).toEqual([1, 0]);
      expect(p.every((value, i) => i === 0 || value <= (p[i - 1] as number) + 1e-12)).toBe(true);
    }
  });

  it('Student’s t at its ends, and samples that do not vary', () => {
    expect([studentTSurvival(0, 5), studentTSurvival(Infinity, 5), studentTSurvival(-Infinity, 5)]).toEqual([
      0.5, 0, 1,
    ]);
    expect([regularizedBeta(2, 3, 0), regularizedBeta(2, 3, 1)]).toEqual([0, 1]);
    const constant = (mean: number) => ({ n: 10, mean, variance: 0 });
    expect(welchTest(constant(3), constant(3))).toMatchObject({ statistic: 0, pValue: 1 });
    expect(welchTest(constant(3), constant(4))).toMatchObject({ statistic: -1e300, pValue: expect.closeTo(0, 100) });
  });

  it('a cell that one side lacks', () => {
    expect(kullbackLeibler([0, 1], [0.5, 0.5])).toBe(Math.LN2);
    expect(kullbackLeibler([0.5, 0.5], [0, 1])).toBe(Infinity);
    expect([jensenShannonDivergence([0, 1], [0, 1]), hellinger([0, 1], [0, 1])]).toEqual([0, 0]);
    expect(gTest([0, 0], [3, 4])).toEqual({ statistic: 0, df: 0, pValue: 1, correctedPValue: 1 });
  });

  it('kstwoSurvival never rises with d, and where methods meet does not jump', () => {
    for (const n of [3, 60, 140, 141, 3000, 10_001, 200_000]) {
      let last = 1;
      for (let i = 1; i <= 300; i++) {
        const p = kstwoSurvival(n, (i / 300) * Math.min(1, 3 / Math.sqrt(n)));
        expect(p).toBeLessThanOrEqual(last * (1 + 1e-6));
        last = p;
      }
    }
  });

  it('the exact two-sample law does not care which sample is the first', () => {
    expect(ksExactPValue(60, 97, 0.2)).toBe(ksExactPValue(97, 60, 0.2));
  });

  it('nothing to adjust, and one p-value that stays', () => {
    expect([benjaminiHochberg([]), benjaminiYekutieli([])]).toEqual([[], []]);
    expect([benjaminiHochberg([0.2]), benjaminiYekutieli([0.2])]).toEqual([[0.2], [0.2]]);
  });

  it('0 against a few is judged by Fisher, 0 against 0 says nothing', () => {
    expect(twoProportionTest({ k: 0, n: 200 }, { k: 3, n: 200 })).toMatchObject({ method: 'fisher' });
    expect(twoProportionTest({ k: 0, n: 200 }, { k: 3, n: 200 }).pValue).toBeGreaterThan(0.2);
    expect(twoProportionTest({ k: 0, n: 9 }, { k: 0, n: 4 })).toEqual({ statistic: 0, pValue: 1, method: 'fisher' });
    expect(twoProportionTest({ k: 9, n: 9 }, { k: 4, n: 4 })).toEqual({ statistic: 0, pValue: 1, method: 'fisher' });
  });

  it('one category, or an empty side: p = 1 and no effect', () => {
    const nothing = { statistic: 0, df: 0, pValue: 1, cramersV: 0 };
    expect(chiSquaredHomogeneity([50], [40])).toEqual(nothing);
    expect(chiSquaredHomogeneity([0, 0], [3, 4])).toEqual(nothing);
    expect(chiSquaredHomogeneity([], [])).toEqual(nothing);
  });
});

describe('poolRareCategories', () => {
  it('pools what is too rare in the smaller sample, whichever that is', () => {
    expect(poolRareCategories([900, 60, 40], [95, 3, 2], 5)).toMatchObject({
      reference: [900, 100],
      current: [95, 5],
      pooled: 2,
    });
    expect(poolRareCategories([95, 3, 2], [900, 60, 40], 5)).toMatchObject({
      reference: [95, 5],
      current: [900, 100],
      pooled: 2,
    });
  });

  it('keeps all when none is rare, and drops what is empty on both sides', () => {
    expect(poolRareCategories([50, 0, 50], [40, 0, 60], 5)).toMatchObject({
      reference: [50, 50],
      current: [60, 40],
      pooled: 0,
    });
  });

  it('lets small cells join a pool that would itself be too rare', () => {
    expect(poolRareCategories([80, 14, 6, 1], [85, 10, 5, 0], 5)).toMatchObject({
      reference: [80, 14, 7],
      current: [85, 10, 5],
      pooled: 2,
    });
  });

  it('keeps at most so many cells, ties in the given order', () => {
    const equal = new Array<number>(8).fill(20);
    expect(poolRareCategories(equal, equal, 5, 3)).toMatchObject({
      reference: [20, 20, 120],
      current: [20, 20, 120],
      pooled: 6,
    });
  });

  it('never loses a row', () => {
    const [r, c] = [
      [7, 1, 0, 2, 90],
      [1, 0, 3, 3, 70],
    ];
    const cells = poolRareCategories(r, c, 5, 4);
    const sum = (xs: number[]) => xs.reduce((a, b) => a + b, 0);
    expect([sum(cells.reference), sum(cells.current)]).toEqual([sum(r), sum(c)]);
  });
});
