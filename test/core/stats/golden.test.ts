import { describe, expect, it } from 'vitest';
import { chebyshev } from '../../../src/core/stats/distances/chebyshev.ts';
import { hellinger } from '../../../src/core/stats/distances/hellinger.ts';
import { jensenShannonDivergence } from '../../../src/core/stats/distances/jensen-shannon.ts';
import { kullbackLeibler } from '../../../src/core/stats/distances/kullback-leibler.ts';
import { populationStability } from '../../../src/core/stats/distances/population-stability.ts';
import { totalVariation } from '../../../src/core/stats/distances/total-variation.ts';
import { binomialSurvival } from '../../../src/core/stats/distributions/binomial.ts';
import { chiSquaredSurvival } from '../../../src/core/stats/distributions/chi-squared.ts';
import { erfc } from '../../../src/core/stats/distributions/erfc.ts';
import { regularizedBeta } from '../../../src/core/stats/distributions/incomplete-beta.ts';
import { logGamma } from '../../../src/core/stats/distributions/log-gamma.ts';
import { normalSurvival } from '../../../src/core/stats/distributions/normal.ts';
import { studentTSurvival } from '../../../src/core/stats/distributions/student-t.ts';
import { exceedancePValue } from '../../../src/core/stats/exceedances.ts';
import { benjaminiHochberg, benjaminiYekutieli } from '../../../src/core/stats/false-discovery.ts';
import { hash32 } from '../../../src/core/stats/hash.ts';
import { kolmogorovSurvival } from '../../../src/core/stats/kolmogorov/kolmogorov.ts';
import { ksExactPValue } from '../../../src/core/stats/kolmogorov/ks-exact.ts';
import { kstwoSurvival } from '../../../src/core/stats/kolmogorov/kstwo.ts';
import { smirnovSurvival } from '../../../src/core/stats/kolmogorov/smirnov.ts';
import { andersonDarlingSurvival, andersonTwoSampleVariance } from '../../../src/core/stats/tests/anderson-darling.ts';
import {
  cramerVonMisesSurvival,
  cramerVonMisesTwoSamplePValue,
} from '../../../src/core/stats/tests/cramer-von-mises.ts';
import { fisherExact } from '../../../src/core/stats/tests/fisher.ts';
import { gTest } from '../../../src/core/stats/tests/g-test.ts';
import { chiSquaredHomogeneity } from '../../../src/core/stats/tests/homogeneity.ts';
import { mannWhitneyPValue } from '../../../src/core/stats/tests/mann-whitney.ts';
import { twoProportionTest } from '../../../src/core/stats/tests/two-proportion.ts';
import { welchTest } from '../../../src/core/stats/tests/welch.ts';
import { golden, relativeError, sampleOf } from './golden.ts';

/** The largest relative error over all rows, so that one number says how good a function is. */
function worst<T>(rows: readonly T[], actual: (row: T) => number, expected: (row: T) => number): number {
  expect(rows.length).toBeGreaterThan(0);
  return Math.max(...rows.map((row) => relativeError(actual(row), expected(row))));
}

describe('against SciPy', () => {
  const g = golden;
  it('hash32 is MurmurHash3 of the UTF-16 bytes', () => {
    for (const { text, seed, hash } of g.hash) expect(hash32(text, seed)).toBe(hash);
  });
  it('logGamma', () =>
    expect(
      worst(
        g.log_gamma,
        (r) => logGamma(r.x),
        (r) => r.value,
      ),
    ).toBeLessThan(1e-13));
  it('chiSquaredSurvival', () =>
    expect(
      worst(
        g.chi2_sf,
        (r) => chiSquaredSurvival(r.x, r.df),
        (r) => r.sf,
      ),
    ).toBeLessThan(1e-11));
  it('erfc', () =>
    expect(
      worst(
        g.erfc,
        (r) => erfc(r.x),
        (r) => r.value,
      ),
    ).toBeLessThan(1e-13));
  it('normalSurvival', () =>
    expect(
      worst(
        g.norm_sf,
        (r) => normalSurvival(r.z),
        (r) => r.sf,
      ),
    ).toBeLessThan(1e-12));
  it('kolmogorovSurvival', () =>
    expect(
      worst(
        g.kolmogorov,
        (r) => kolmogorovSurvival(r.z),
        (r) => r.sf,
      ),
    ).toBeLessThan(1e-13));
  it('smirnovSurvival', () =>
    expect(
      worst(
        g.smirnov,
        (r) => smirnovSurvival(r.n, r.d),
        (r) => r.sf,
      ),
    ).toBeLessThan(1e-11));
  it('kstwoSurvival, in every regime', () =>
    expect(
      worst(
        g.kstwo,
        (r) => kstwoSurvival(r.n, r.d),
        (r) => r.sf,
      ),
    ).toBeLessThan(1e-9));
  it('ksExactPValue', () => {
    const rows = g.ks_2samp.filter((row) => row.p_exact !== undefined);
    const p = (row: (typeof rows)[number]) => ksExactPValue(sampleOf(row.x).length, sampleOf(row.y).length, row.d);
    expect(worst(rows, p, (row) => row.p_exact as number)).toBeLessThan(1e-11);
  });
  it('benjaminiHochberg and benjaminiYekutieli', () => {
    const { p, bh, by } = g.false_discovery;
    benjaminiHochberg(p).forEach((adjusted, i) => {
      expect(adjusted).toBeCloseTo(bh[i] as number, 14);
    });
    benjaminiYekutieli(p).forEach((adjusted, i) => {
      expect(adjusted).toBeCloseTo(by[i] as number, 14);
    });
  });
});

describe('laws against SciPy', () => {
  it.each([
    [
      'regularizedBeta',
      worst(
        golden.betainc,
        (r) => regularizedBeta(r.a, r.b, r.x),
        (r) => r.value,
      ),
      1e-10,
    ],
    [
      'binomialSurvival',
      worst(
        golden.binom_sf,
        (r) => binomialSurvival(r.k, r.n, r.p),
        (r) => r.value,
      ),
      1e-10,
    ],
    [
      'studentTSurvival',
      worst(
        golden.t_sf,
        (r) => studentTSurvival(r.t, r.df),
        (r) => r.sf,
      ),
      1e-10,
    ],
    [
      'cramerVonMisesSurvival',
      worst(
        golden.cvm_sf,
        (r) => cramerVonMisesSurvival(r.x),
        (r) => r.sf,
      ),
      1e-10,
    ],
    [
      'andersonDarlingSurvival',
      worst(
        golden.anderson_sf,
        (r) => andersonDarlingSurvival(r.x),
        (r) => r.sf,
      ),
      1e-9,
    ],
    [
      'exceedancePValue',
      worst(
        golden.exceedances,
        (r) => exceedancePValue(r.k, r.n, r.m),
        (r) => r.p,
      ),
      1e-12,
    ],
  ])('%s: largest relative error %d', (_, error, allowed) => expect(error).toBeLessThan(allowed));
});

describe('two samples against SciPy', () => {
  it.each(golden.two_samples)('$name', (row) => {
    const [x, y] = [sampleOf(row.x), sampleOf(row.y)];
    const close = (actual: number, expected: number) => expect(relativeError(actual, expected)).toBeLessThan(1e-9);
    // SciPy takes it from 1, which leaves few digits of a small one.
    const p = cramerVonMisesTwoSamplePValue(row.cvm, x.length, y.length);
    if (row.cvm_p > 1e-4) close(p, row.cvm_p);
    else expect(p).toBeLessThan(1e-4);
    close(andersonTwoSampleVariance(x.length, y.length), row.anderson_variance);
    close(mannWhitneyPValue(row.mwu, x.length, y.length, tieTerm([...x, ...y])), row.mwu_p);
    const { statistic, df, pValue } = welchTest(summary(x), summary(y));
    close(statistic, row.t);
    close(df, row.df);
    close(pValue, row.t_p);
  });
});

function tieTerm(values: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()].reduce((sum, t) => sum + t ** 3 - t, 0);
}

function summary(values: readonly number[]) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return { n: values.length, mean, variance };
}

describe('counts against SciPy and NumPy', () => {
  it.each(golden.counts)('$reference, $current', (row) => {
    const { statistic, df, pValue, cramersV } = chiSquaredHomogeneity(row.reference, row.current);
    expect(df).toBe(row.df);
    expect(statistic).toBeCloseTo(row.chi2, 10);
    expect(relativeError(pValue, row.p)).toBeLessThan(1e-11);
    expect(cramersV).toBeCloseTo(row.v, 12);
    expect(populationStability(half(row.reference), half(row.current))).toBeCloseTo(row.psi_half, 12);
    const g = gTest(row.reference, row.current);
    expect(g.statistic).toBeCloseTo(row.g, 10);
    expect(relativeError(g.pValue, row.g_p)).toBeLessThan(1e-9);
    expect(relativeError(g.correctedPValue, row.g_williams_p)).toBeLessThan(1e-9);
    const shares = [half(row.reference), half(row.current)] as const;
    expect(jensenShannonDivergence(...shares)).toBeCloseTo(row.js, 14);
    expect(kullbackLeibler(...shares)).toBeCloseTo(row.kl, 14);
    expect(hellinger(...shares)).toBeCloseTo(row.hellinger, 14);
    expect(totalVariation(...shares)).toBeCloseTo(row.tvd, 14);
    expect(chebyshev(...shares)).toBeCloseTo(row.linf, 14);
    expect(populationStability(clip(row.reference), clip(row.current))).toBeCloseTo(row.psi_clip, 12);
  });

  it.each(golden.proportions)('$k1 of $n1, $k2 of $n2', (row) => {
    const { k1, n1, k2, n2 } = row;
    const [reference, current] = [
      { k: k1, n: n1 },
      { k: k2, n: n2 },
    ];
    const { statistic, pValue, method } = twoProportionTest(reference, current);
    expect(statistic).toBeCloseTo(row.z, 10);
    expect(relativeError(pValue, method === 'z' ? row.p_z : row.p_fisher)).toBeLessThan(1e-9);
    const greater = twoProportionTest(reference, current, 'greater').pValue;
    expect(relativeError(greater, method === 'z' ? row.p_z_greater : row.p_fisher_greater)).toBeLessThan(1e-9);
    expect(relativeError(fisherExact(reference, current), row.p_fisher)).toBeLessThan(1e-9);
    expect(relativeError(fisherExact(reference, current, 'greater'), row.p_fisher_greater)).toBeLessThan(1e-9);
  });
});

/** Shares with ½ in every cell. */
function half(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) + counts.length / 2;
  return counts.map((count) => (count + 0.5) / total);
}

/** Shares clipped at 10⁻⁶. */
function clip(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.max(1e-6, count / total));
}
