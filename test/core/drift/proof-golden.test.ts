import { describe, expect, it } from 'vitest';
import type { FeaturePair, TestResult } from '../../../src/core/drift/drift-test.ts';
import { TEST_NAMES, type TestName } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
import type { FeatureProfile } from '../../../src/core/profile/profile.ts';
import { golden, relativeError, sampleOf } from '../stats/golden.ts';
import { categoricalPair, categories, missingPair, numbers, numericPair, pairOf } from './pairs.ts';

interface Case {
  readonly name: string;
  readonly pair: () => FeaturePair;
  readonly policy?: 'classic';
  readonly expected: Partial<Pick<TestResult, 'statistic' | 'effect' | 'pValue' | 'at'>>;
}

type Counts = (typeof golden.counts)[number];
type TwoSamples = (typeof golden.two_samples)[number];
type Numbers = Case['expected'];

/** Rows that every test takes as they are: no category is rare. */
const plainCounts = golden.counts.filter(
  (row) => Math.min(...row.reference.map((count, i) => count + (row.current[i] ?? 0))) > 40,
);
const ofCounts = (expected: (row: Counts) => Numbers): Case[] =>
  plainCounts.map((row) => ({
    name: `${row.current}`,
    pair: () => categoricalPair(row.reference, row.current),
    expected: expected(row),
  }));
const ofSamples = (expected: (row: TwoSamples) => Numbers, rows = golden.two_samples): Case[] =>
  rows.map((row) => ({
    name: row.name,
    pair: () => numericPair(sampleOf(row.x), sampleOf(row.y)),
    expected: expected(row),
  }));
/** With many ties the law is not SciPy's. */
const untied = golden.two_samples.filter((row) => 'weyl' in row.x && row.name !== 'equal');
const shareOf = (row: Counts) => {
  const share = (counts: readonly number[]) => (counts[1] as number) / ((counts[0] as number) + (counts[1] as number));
  return Math.abs(share(row.current) - share(row.reference));
};
const isPair = (name: string) => name.split(',').length === 2;

/** Proof 1 of 5: the numbers are SciPy's. A test of the table without an entry here does not compile. */
const GOLDEN: Record<TestName, Case[]> = {
  ks: golden.ks_2samp
    .map((row) => ({ ...row, sizes: [sampleOf(row.x).length, sampleOf(row.y).length] as const }))
    .filter(({ sizes }) => Math.min(...sizes) >= 50)
    .map((row) => {
      const isExact = row.p_exact !== undefined;
      const k = Math.max(...row.sizes) + 10;
      return {
        name: row.name,
        pair: () => numericPair(sampleOf(row.x), sampleOf(row.y), Math.max(k, 16)),
        expected: {
          statistic: row.d,
          effect: row.d,
          pValue: isExact ? (row.p_exact as number) : row.p_asymp,
          at: row.at,
        },
      };
    }),
  psi: golden.counts.flatMap((row) => [
    {
      name: `classic ${row.current}`,
      pair: () => categoricalPair(row.reference, row.current),
      policy: 'classic' as const,
      expected: { statistic: row.psi_clip },
    },
    ...(Math.min(...row.reference, ...row.current) < 10
      ? []
      : [
          {
            name: `calibrated ${row.current}`,
            pair: () => categoricalPair(row.reference, row.current),
            expected: { effect: row.psi_half, pValue: row.psi_half_p },
          },
        ]),
  ]),
  chi2: golden.counts
    .filter((row) => Math.min(...row.reference.map((count, i) => count + (row.current[i] ?? 0))) > 40)
    .map((row) => ({
      name: `${row.current}`,
      pair: () => categoricalPair(row.reference, row.current),
      expected: { statistic: row.chi2, pValue: row.p, effect: row.v },
    })),
  wasserstein: ofSamples((row) => ({ statistic: row.wasserstein, effect: row.wasserstein / Math.max(row.std, 0.001) })),
  energy: ofSamples((row) => ({ statistic: row.energy, effect: row.energy / Math.sqrt(Math.max(row.std, 0.001)) })),
  cvm: [
    ...ofSamples((row) => ({ statistic: row.cvm })),
    ...ofSamples(
      (row) => ({ pValue: row.cvm_p }),
      untied.filter((row) => row.cvm_p > 1e-6),
    ),
  ],
  anderson: ofSamples((row) => ({ statistic: row.anderson })),
  mannwhitney: ofSamples((row) => ({ statistic: row.mwu, pValue: row.mwu_p })),
  welch: ofSamples((row) => ({ statistic: row.t, pValue: row.t_p })),
  js: ofCounts((row) => ({ statistic: row.js, effect: row.js_distance, pValue: row.js_p })),
  kl: ofCounts((row) => ({ statistic: row.kl, pValue: row.kl_p })),
  hellinger: ofCounts((row) => ({ statistic: row.hellinger, pValue: row.hellinger_p })),
  tvd: ofCounts((row) => ({ statistic: row.tvd, pValue: row.p })),
  linf: ofCounts((row) => ({ statistic: row.linf, pValue: row.p })),
  gtest: ofCounts((row) => ({ statistic: row.g, effect: row.v, pValue: row.g_williams_p })),
  // Without Yates' correction χ² of two categories is z², so its p-value is the same.
  ztest: ofCounts((row) => ({ effect: shareOf(row), pValue: row.p })).filter(({ name }) => isPair(name)),
  fisher: golden.proportions
    .map((row) => ({
      name: `${row.k1}/${row.n1} ${row.k2}/${row.n2}`,
      pair: () => categoricalPair([row.n1 - row.k1, row.k1], [row.n2 - row.k2, row.k2]),
      expected: { effect: Math.abs(row.k2 / row.n2 - row.k1 / row.n1), pValue: row.p_fisher },
    }))
    .filter(({ name }) => name !== '0/1000 0/10'),
  out_of_range: golden.exceedances.map(({ k, n, m, p }) => ({
    name: `${k} of ${m}, ${n}`,
    pair: () =>
      numericPair(
        Array.from({ length: n }, (_, i) => i),
        Array.from({ length: m }, (_, i) => (i < k ? n + i : (n - 1) / 2)),
      ),
    expected: { statistic: k / m, effect: Math.max(0, k / m - 2 / (n + 1)), pValue: p },
  })),
  type_mismatch: golden.proportions
    .filter((row) => row.k1 + row.k2 > 0 && row.n1 + row.n2 < 1e5)
    .map((row) => ({
      name: `${row.k1}/${row.n1} ${row.k2}/${row.n2}`,
      pair: () => pairOf('numeric', mixed(row.k1, row.n1), mixed(row.k2, row.n2)),
      expected: { effect: Math.abs(row.k2 / row.n2 - row.k1 / row.n1), pValue: isSmall(row) ? row.p_fisher : row.p_z },
    })),
  missing: golden.proportions.map((row) => ({
    name: `${row.k1}/${row.n1} ${row.k2}/${row.n2}`,
    pair: () => missingPair(row.k1, row.n1, row.k2, row.n2),
    expected: { effect: Math.abs(row.k2 / row.n2 - row.k1 / row.n1), pValue: isSmall(row) ? row.p_fisher : row.p_z },
  })),
  // Without categories seen twice, Good and Turing's estimate is the k1 of n1 seen once.
  unseen: golden.proportions
    .filter((row) => row.k1 < 400 && row.n1 - row.k1 > 2 && row.n2 > row.k2)
    .map((row) => {
      const once = Array.from({ length: row.k1 }, (_, i) => [`once${i}`, 1] as const);
      return {
        name: `${row.k1}/${row.n1} ${row.k2}/${row.n2}`,
        pair: () =>
          categoricalPair(
            [['a', row.n1 - row.k1], ...once],
            [
              ['a', row.n2 - row.k2],
              ['new', row.k2],
            ],
          ),
        expected: { statistic: row.k2 / row.n2, pValue: isSmall(row) ? row.p_fisher_greater : row.p_z_greater },
      };
    }),
};

/** So many texts among n values. */
function mixed(texts: number, n: number): FeatureProfile {
  return { ...numbers(Array.from({ length: n - texts }, (_, i) => i)), ...(texts > 0 && categories([texts])) };
}

function isSmall({ k1, n1, k2, n2 }: (typeof golden.proportions)[number]): boolean {
  const pooled = (k1 + k2) / (n1 + n2);
  return Math.min(pooled, 1 - pooled) * Math.min(n1, n2) < 5;
}

describe.each(TEST_NAMES)('golden: %s', (test) => {
  it('has reference numbers', () => expect(GOLDEN[test].length).toBeGreaterThan(2));

  it.each(GOLDEN[test])('$name', ({ pair, policy, expected }) => {
    const result = DRIFT_TESTS[test].compare(pair(), policy ?? 'calibrated');
    if (expected.statistic !== undefined) expectClose(result.statistic, expected.statistic);
    if (expected.effect !== undefined) expectClose(result.effect, expected.effect);
    if (expected.at !== undefined) expect(result.at).toBe(expected.at);
    if (expected.pValue !== undefined) {
      expect(relativeError(result.pValue as number, expected.pValue as number)).toBeLessThan(1e-9);
    }
  });
});

/** To 1e-9 of itself, or, near 0, to what rounding leaves. */
function expectClose(actual: number | null, expected: number | null): void {
  expect(Math.abs((actual as number) - (expected as number))).toBeLessThanOrEqual(
    Math.max(1e-9 * Math.abs(expected as number), 1e-13),
  );
}
