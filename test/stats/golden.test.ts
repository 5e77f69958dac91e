import { describe, expect, it } from 'vitest';
import { chiSquaredSurvival } from '../../src/stats/chi-squared.ts';
import { erfc } from '../../src/stats/erfc.ts';
import { benjaminiHochberg, benjaminiYekutieli } from '../../src/stats/false-discovery.ts';
import { fisherExact } from '../../src/stats/fisher.ts';
import { hash32 } from '../../src/stats/hash.ts';
import { chiSquaredHomogeneity } from '../../src/stats/homogeneity.ts';
import { kolmogorovSurvival } from '../../src/stats/kolmogorov.ts';
import { ksExactPValue } from '../../src/stats/ks-exact.ts';
import { kstwoSurvival } from '../../src/stats/kstwo.ts';
import { logGamma } from '../../src/stats/log-gamma.ts';
import { normalSurvival } from '../../src/stats/normal.ts';
import { populationStability } from '../../src/stats/population-stability.ts';
import { smirnovSurvival } from '../../src/stats/smirnov.ts';
import { twoProportionTest } from '../../src/stats/two-proportion.ts';
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

describe('counts against SciPy and NumPy', () => {
  it.each(golden.counts)('$reference, $current', (row) => {
    const { statistic, df, pValue, cramersV } = chiSquaredHomogeneity(row.reference, row.current);
    expect(df).toBe(row.df);
    expect(statistic).toBeCloseTo(row.chi2, 10);
    expect(relativeError(pValue, row.p)).toBeLessThan(1e-11);
    expect(cramersV).toBeCloseTo(row.v, 12);
    expect(populationStability(row.reference, row.current, 'half')).toBeCloseTo(row.psi_half, 12);
    expect(populationStability(row.reference, row.current, 'clip')).toBeCloseTo(row.psi_clip, 12);
  });

  it.each(golden.proportions)('$k1 of $n1, $k2 of $n2', (row) => {
    const { k1, n1, k2, n2 } = row;
    const { statistic, pValue, method } = twoProportionTest(k1, n1, k2, n2);
    expect(statistic).toBeCloseTo(row.z, 10);
    expect(relativeError(pValue, method === 'z' ? row.p_z : row.p_fisher)).toBeLessThan(1e-9);
    const greater = twoProportionTest(k1, n1, k2, n2, 'greater').pValue;
    expect(relativeError(greater, method === 'z' ? row.p_z_greater : row.p_fisher_greater)).toBeLessThan(1e-9);
    expect(relativeError(fisherExact(k1, n1, k2, n2), row.p_fisher)).toBeLessThan(1e-9);
    expect(relativeError(fisherExact(k1, n1, k2, n2, 'greater'), row.p_fisher_greater)).toBeLessThan(1e-9);
  });
});
