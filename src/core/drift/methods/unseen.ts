import type { CategoryCounts } from '../../profile/counts.ts';
import { twoProportionTest } from '../../stats/tests/two-proportion.ts';
import { liveCounts } from '../bins/live-counts.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * Unseen share: how many of the current values lie in categories that the reference never had?
 *
 * Some new categories always come. Good and Turing: the share that a sample of n values has not seen yet is about f₁/n, f₁ the
 * number of its categories seen once; the variance of that estimate is (f₁ + 2f₂)/n². So u of m current values are compared with
 * f₁ of n, both divided by 1 + 2f₂/f₁, by a one-sided two-proportion test: only more new values than that are evidence.
 *
 * Statistic: u/m. Effect: what u/m exceeds f₁/n by, [0, 1]. Floor: .02. Smallest honest n: 1. Resolution: the current values
 * whose names were not kept, which may or may not be new; p counts none of them. Cannot say when the reference overflowed.
 * Null: conservative. Source: Good 1953; checked by simulation on uniform, geometric and Zipf categories.
 */
export const unseen: DriftTest = {
  title: 'Unseen share',
  types: ['categorical'],
  minRows: 1,
  defaultFloor: 0.02,
  compare: compareUnseen,
  wire: (result) => ({ unseen_share: result.statistic, unseen_counts: result.currentCounts ?? {} }),
};

function compareUnseen(pair: FeaturePair): TestResult {
  const [reference, current] = [pair.reference.categories, pair.current.categories];
  const [n, m] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || n === 0 || m === 0) return cannotSay(n, m, 'insufficient_samples');
  if (!reference.isExact) return cannotSay(n, m, 'reference_overflowed');
  const fresh = [...current.counts].filter(([name]) => !reference.counts.has(name));
  const surely = fresh.reduce((sum, [, count]) => sum + count, 0);
  const share = (surely + current.other) / m;
  const expected = unseenMass(reference);
  const { pValue, method } = twoProportionTest(expected.successes, expected.trials, surely, m, 'greater');
  return {
    ...{ statistic: share, effect: Math.max(0, share - expected.share), pValue, resolution: current.other / m },
    ...{
      nReference: n,
      nCurrent: m,
      method: `Good-Turing, ${method}`,
      currentCounts: liveCounts(fresh, current.other),
    },
  };
}

/** Good–Turing's estimate as a number of successes in trials that carries the estimate's own variance; rounded to the careful side. */
function unseenMass(reference: CategoryCounts): { share: number; successes: number; trials: number } {
  let [once, twice] = [0, 0];
  for (const count of reference.counts.values()) {
    if (count === 1) once++;
    if (count === 2) twice++;
  }
  const spread = once === 0 ? 1 : 1 + (2 * twice) / once;
  const trials = Math.max(1, Math.floor(reference.n / spread));
  return { share: once / reference.n, successes: Math.min(trials, Math.ceil(once / spread)), trials };
}
