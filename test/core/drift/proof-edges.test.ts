import { describe, expect, it } from 'vitest';
import type { FeaturePair, TestResult } from '../../../src/core/drift/drift-test.ts';
import { judge } from '../../../src/core/drift/judge.ts';
import { TEST_NAMES, type TestName } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
import { CategoryCounts } from '../../../src/core/profile/counts.ts';
import {
  CALIBRATED,
  CLASSIC,
  categoricalPair,
  categories,
  draw,
  missingPair,
  numbers,
  numericPair,
  pairOf,
} from './pairs.ts';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const constant = (n: number, value: number) => draw(n, () => value);

function overflowing(n: number): CategoryCounts {
  const counts = new CategoryCounts();
  for (let i = 0; i < n; i++) counts.add(`name${i}`, 1 + (i % 3));
  return counts;
}

/** Every pair that any test may meet, whatever it is made for. */
const EDGES: Record<string, FeaturePair> = {
  'nothing at all': missingPair(0, 0, 0, 0),
  'empty features': pairOf('categorical', {}, {}),
  'empty current': numericPair(range(100), []),
  'empty reference': numericPair([], range(100)),
  'one row each': numericPair([1], [2]),
  'one category each': categoricalPair([1], [1]),
  constant: numericPair(constant(100, 5), constant(100, 5)),
  'constant, then another': numericPair(constant(100, 0), constant(100, -0.1)),
  'huge and tiny': numericPair([...range(60), 1e308, -1e308], [...range(60), 5e-324, Number.MAX_VALUE]),
  'one category, always': categoricalPair([500], [300]),
  'disjoint categories': categoricalPair([['a', 60]], [['b', 60]]),
  'odd names': categoricalPair(
    [
      ['__proto__', 40],
      ['constructor', 40],
    ],
    [
      ['toString', 40],
      ['__proto__', 40],
      ['', 40],
    ],
  ),
  'one row of each': categoricalPair([1, 0], [0, 1]),
  'numbers, then texts': pairOf('numeric', numbers(range(100)), categories([60, 40])),
  'texts, then numbers': pairOf('categorical', categories([60, 40]), numbers(range(100))),
  'half texts, always': pairOf(
    'numeric',
    { ...numbers(range(50)), ...categories([50]) },
    { ...numbers(range(50)), ...categories([50]) },
  ),
  'all missing': { ...missingPair(0, 100, 100, 100), type: 'categorical' },
  'both overflow': pairOf('categorical', { categories: overflowing(1500) }, { categories: overflowing(1400) }),
  'current overflows': pairOf('categorical', categoricalPair([50, 50], []).reference, {
    categories: overflowing(1500),
  }),
  'a million against twenty': categoricalPair([900_000, 100_000], [10, 10]),
};

/** Proof 5 of 5: what the test answers where others break. The rest of each result must be sane, which every pair checks. */
type Expected = Record<string, Partial<TestResult> & { verdict?: string }>;
const FEW_ROWS = { reason: 'insufficient_samples', verdict: 'inconclusive' } as const;
const NOTHING_MOVED = { effect: 0, pValue: 1, verdict: 'ok' } as const;
const DISTANCE: Expected = {
  'one row each': FEW_ROWS,
  'empty current': { ...FEW_ROWS, nReference: 100, nCurrent: 0 },
  constant: NOTHING_MOVED,
  'constant, then another': { verdict: 'fail' },
};
const SHARES: Expected = {
  'one row each': FEW_ROWS,
  'one category each': FEW_ROWS,
  'one category, always': NOTHING_MOVED,
  constant: NOTHING_MOVED,
  'constant, then another': { verdict: 'fail' },
  'disjoint categories': { verdict: 'fail' },
  'odd names': { verdict: 'fail' },
  'a million against twenty': { verdict: 'fail' },
};
const EXPECTED: Record<TestName, Expected> = {
  wasserstein: DISTANCE,
  anderson: DISTANCE,
  cvm: DISTANCE,
  energy: DISTANCE,
  mannwhitney: DISTANCE,
  welch: DISTANCE,
  js: SHARES,
  kl: SHARES,
  hellinger: SHARES,
  tvd: SHARES,
  linf: SHARES,
  gtest: {
    'one category each': FEW_ROWS,
    'one category, always': { ...NOTHING_MOVED, statistic: 0 },
    'disjoint categories': { verdict: 'fail' },
    'empty features': { ...FEW_ROWS, nReference: 0, nCurrent: 0 },
  },
  ztest: {
    'one row of each': FEW_ROWS,
    'a million against twenty': FEW_ROWS,
    'disjoint categories': { effect: 1, verdict: 'fail' },
  },
  fisher: {
    'one row of each': { pValue: 1, effect: 1, verdict: 'ok' },
    'a million against twenty': { effect: 0.4, verdict: 'fail' },
    'disjoint categories': { effect: 1, verdict: 'fail' },
  },
  out_of_range: {
    'one row each': { statistic: 1, pValue: 1, verdict: 'ok' },
    'empty reference': FEW_ROWS,
    constant: NOTHING_MOVED,
    'constant, then another': { statistic: 1, at: 0, verdict: 'fail' },
    'numbers, then texts': FEW_ROWS,
  },
  type_mismatch: {
    'numbers, then texts': { statistic: 1, effect: 1, verdict: 'fail' },
    'texts, then numbers': { statistic: 1, effect: 1, verdict: 'fail' },
    'half texts, always': NOTHING_MOVED,
  },
  ks: {
    'empty current': {
      reason: 'insufficient_samples',
      pValue: null,
      nReference: 100,
      nCurrent: 0,
      verdict: 'inconclusive',
    },
    'one row each': { reason: 'insufficient_samples', verdict: 'inconclusive' },
    constant: { effect: 0, pValue: 1, verdict: 'ok' },
    'constant, then another': { effect: 1, at: -0.1, verdict: 'fail' },
    'huge and tiny': { verdict: 'ok' },
  },
  psi: {
    'one category each': { reason: 'insufficient_samples', verdict: 'inconclusive' },
    'one category, always': { effect: 0, pValue: 1, verdict: 'ok' },
    constant: { effect: 0, pValue: 1, verdict: 'ok' },
    'constant, then another': { verdict: 'fail' },
    'disjoint categories': { verdict: 'fail' },
    'odd names': { verdict: 'fail' },
    'a million against twenty': { verdict: 'fail' },
  },
  chi2: {
    'one category each': { reason: 'insufficient_samples', verdict: 'inconclusive' },
    'one category, always': { statistic: 0, effect: 0, pValue: 1, verdict: 'ok' },
    'disjoint categories': { verdict: 'fail' },
    'empty features': { reason: 'insufficient_samples', nReference: 0, nCurrent: 0, verdict: 'inconclusive' },
  },
  missing: {
    'nothing at all': { reason: 'insufficient_samples', verdict: 'inconclusive' },
    'all missing': { statistic: 1, effect: 1, verdict: 'fail' },
    'one row each': { effect: 0, pValue: 1, verdict: 'ok' },
  },
  unseen: {
    'disjoint categories': { statistic: 1, effect: 1, verdict: 'fail' },
    'both overflow': { reason: 'reference_overflowed', verdict: 'inconclusive' },
    'current overflows': { statistic: 1, verdict: 'fail' },
    'one category each': { pValue: 1, effect: 0, verdict: 'ok' },
    'odd names': { statistic: 80 / 120, verdict: 'fail' },
  },
};

describe.each(TEST_NAMES)('edges: %s', (test) => {
  const { compare, types, appliesTo } = DRIFT_TESTS[test];
  const pairs = Object.entries(EDGES).filter(([, pair]) => types.includes(pair.type) && (appliesTo?.(pair) ?? true));

  it('meets at least three', () => expect(pairs.length).toBeGreaterThan(2));
  it('expects something of pairs that exist', () => {
    expect(Object.keys(EXPECTED[test]).length).toBeGreaterThan(2);
    expect(pairs.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(EXPECTED[test])));
  });

  it.each(pairs)('%s', (name, pair) => {
    const result = compare(pair, 'calibrated');
    expectSane(result);
    expectSane(compare(pair, 'classic'));
    const [judged] = judge([{ feature: 'x', test, result }], CALIBRATED);
    expect({ ...result, ...judged }).toMatchObject(EXPECTED[test][name] ?? {});
    expect(judge([{ feature: 'x', test, result: compare(pair, 'classic') }], CLASSIC)).toHaveLength(1);
  });

  it('what goes over the wire is JSON without holes', () => {
    for (const [, pair] of pairs) {
      const wire = DRIFT_TESTS[test].wire(compare(pair, 'calibrated'));
      expect(JSON.parse(JSON.stringify(wire))).toEqual(JSON.parse(JSON.stringify(wire, nullIsWrong)));
    }
  });
});

function expectSane(result: TestResult): void {
  for (const value of [result.statistic, result.effect, result.pValue, result.resolution]) {
    expect(value === null || Number.isFinite(value)).toBe(true);
  }
  expect(typeof result.at !== 'number' || Number.isFinite(result.at)).toBe(true);
  expect(result.effect === null).toBe(result.reason !== undefined);
}

/** NaN and Infinity would become null without a word. */
function nullIsWrong(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`not JSON: ${value}`);
  return value;
}
