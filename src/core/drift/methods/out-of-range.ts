import type { WeightedSample } from '../../profile/weighted-sample.ts';
import { exceedancePValue } from '../../stats/exceedances.ts';
import { rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * Out of range: how many current values lie outside the range of the reference?
 *
 * **Statistic** k/m, k the current values below the smallest or above the largest reference value; [0, 1]. `at` is the limit that more of
 * them crossed.
 *
 * **Effect** What k/m exceeds 2/(n + 1) by, the share expected without drift; [0, 1]. Floor 0.02: two points more than expected. Not
 * symmetric.
 *
 * **Null** Exact: the probability of at least k exceedances when both windows come from one continuous distribution, whatever it is.
 * Assumes independent rows; conservative with ties and on sketches. Without drift p ≤ 0.05 in 5.1 % of draws (bell curve, 300 and 710
 * rows).
 *
 * **Honest from** 1 row a side. With an empty side the result is inconclusive (`insufficient_samples`). A small reference is left by many
 * values, so the share alone says little.
 *
 * **Resolution** The mass error of the current sketch, at most the share itself: 0 while it holds every value (up to 2,048), else 0.0018
 * (99 %). The p-value does not count that share.
 *
 * **Source** Rosenbaum 1954. Checked against the law summed term by term to 1e-9.
 *
 * @example
 * // The largest amount was 219.50; now a twentieth of the amounts are booked in cents.
 * const amounts = Array.from({ length: 400 }, (_, i) => 20 + i / 2);
 * const current = amounts.map((x, i) => (i % 20 === 0 ? 100 * x : x));
 * outOfRange.compare(numericPair(amounts, current), 'calibrated');
 * // { statistic: 0.05, effect: 0.04501, pValue: 0.000008415, method: 'exceedances', at: 219.5 }
 */
export const outOfRange: DriftTest = {
  title: 'Out of range',
  types: ['numeric'],
  minRows: 1,
  defaultFloor: 0.02,
  compare: compareRange,
  wire: (result) => ({ out_of_range_share: result.statistic }),
};

function compareRange(pair: FeaturePair): TestResult {
  const [nReference, nCurrent] = rowsOf(pair);
  const [reference, current] = [pair.reference.numeric, pair.current.numeric];
  if (!reference || !current || Math.min(nReference, nCurrent) < outOfRange.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { min, max } = reference.moments;
  const { below, above } = weightOutside(current.sketch.weighted(), min, max);
  const share = (below + above) / nCurrent;
  const resolution = Math.min(share, current.sketch.massError());
  const surely = Math.floor((share - resolution) * nCurrent + 1e-9);
  return {
    statistic: share,
    effect: Math.max(0, share - 2 / (nReference + 1)),
    resolution,
    nReference,
    nCurrent,
    pValue: exceedancePValue(surely, nReference, nCurrent),
    method: 'exceedances',
    at: below > above ? min : max,
    direction: below > above ? 'lower' : 'higher',
  };
}

function weightOutside({ values, weights }: WeightedSample, min: number, max: number) {
  let [below, above] = [0, 0];
  for (let i = 0; i < values.length && (values[i] as number) < min; i++) below += weights[i] as number;
  for (let i = values.length - 1; i >= 0 && (values[i] as number) > max; i--) above += weights[i] as number;
  return { below, above };
}
