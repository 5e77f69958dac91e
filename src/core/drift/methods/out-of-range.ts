import type { WeightedSample } from '../../profile/kll.ts';
import { exceedancePValue } from '../../stats/exceedances.ts';
import { rowsOf } from '../bins/contingency-table.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

/**
 * Share of values outside the range that the reference ever had.
 *
 * Even when nothing changed some fall outside: of m values about 2m/(n+1). So p is the exact chance of at least as many, whatever
 * the distribution (`exceedancePValue`). On sketches, what their mass error may have moved outside is not counted as evidence.
 *
 * Statistic: the current share outside. Effect: what it exceeds 2/(n+1) by, [0, 1]. Floor: .02. Smallest honest n: 1.
 * Resolution: the current sketch's mass error, at most the share itself (99 %). Null: uniform in its steps for continuous values,
 * conservative with ties and on sketches. Not symmetric. Source: Rosenbaum 1954; checked by summing the law term by term.
 */
export const outOfRange: DriftTest = {
  title: 'Out of range',
  types: ['numeric'],
  minRows: 1,
  defaultFloor: 0.02,
  compare: compareRange,
  wire: (result) => ({ out_of_range_share: result.statistic, at: result.at ?? null }),
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
    ...{ statistic: share, effect: Math.max(0, share - 2 / (nReference + 1)), resolution, nReference, nCurrent },
    pValue: exceedancePValue(surely, nReference, nCurrent),
    method: 'exceedances',
    at: below > above ? min : max,
  };
}

function weightOutside({ values, weights }: WeightedSample, min: number, max: number) {
  let [below, above] = [0, 0];
  for (let i = 0; i < values.length && (values[i] as number) < min; i++) below += weights[i] as number;
  for (let i = values.length - 1; i >= 0 && (values[i] as number) > max; i--) above += weights[i] as number;
  return { below, above };
}
