import { describe, expect, it } from 'vitest';
import type { FeaturePair, TestResult } from '../../src/drift/drift-test.ts';
import { DRIFT_TESTS, TEST_NAMES, type TestName } from '../../src/drift/test-table.ts';
import { golden, relativeError, sampleOf } from '../stats/golden.ts';
import { categoricalPair, missingPair, numericPair } from './pairs.ts';

interface Case {
  readonly name: string;
  readonly pair: () => FeaturePair;
  readonly policy?: 'classic';
  readonly expected: Partial<Pick<TestResult, 'statistic' | 'effect' | 'pValue' | 'at'>>;
}

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

function isSmall({ k1, n1, k2, n2 }: (typeof golden.proportions)[number]): boolean {
  const pooled = (k1 + k2) / (n1 + n2);
  return Math.min(pooled, 1 - pooled) * Math.min(n1, n2) < 5;
}

describe.each(TEST_NAMES)('golden: %s', (test) => {
  it('has reference numbers', () => expect(GOLDEN[test].length).toBeGreaterThan(2));

  it.each(GOLDEN[test])('$name', ({ pair, policy, expected }) => {
    const result = DRIFT_TESTS[test].compare(pair(), policy ?? 'calibrated');
    if (expected.statistic !== undefined) expect(result.statistic).toBeCloseTo(expected.statistic as number, 12);
    if (expected.effect !== undefined) expect(result.effect).toBeCloseTo(expected.effect as number, 12);
    if (expected.at !== undefined) expect(result.at).toBe(expected.at);
    if (expected.pValue !== undefined) {
      expect(relativeError(result.pValue as number, expected.pValue as number)).toBeLessThan(1e-9);
    }
  });
});
