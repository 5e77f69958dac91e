import { jensenShannonDivergence } from '../../stats/distances/jensen-shannon.ts';
import { doaneEdges } from '../../stats/doane-edges.ts';
import type { FeaturePair } from '../drift-test.ts';
import { type Preset, toolResult } from './preset.ts';
import { countsOf, histogram, samplesOf, shareOf } from './tool-data.ts';

const DISTANCE = 0.1;

/**
 * NannyML: Jensen–Shannon distance (base 2) > 0.1, each feature by itself.
 *
 * Numbers: Doane's bins of the reference (NumPy's), and one more for values outside them. NannyML's threshold is the mean plus three
 * standard deviations over chunks of the reference, which two profiles do not have; 0.1 is the one in its documentation.
 * Checked against nannyml 0.13.1.
 */
export const nannyml: Preset = {
  title: 'NannyML',
  aggregate: 'any',
  isCategory: () => false,
  compare: (pair) => {
    const shares = pair.type === 'numeric' ? sharesOfNumbers(pair) : sharesOfCategories(pair);
    if (shares === undefined) return [];
    const js = Math.sqrt(jensenShannonDivergence(shares.reference, shares.current) / Math.LN2);
    const method = pair.type === 'numeric' ? 'base 2, Doane bins of the reference and the rest' : 'base 2';
    return [
      { test: 'js', result: toolResult(pair, { statistic: js, method }), isDrift: js > DISTANCE, threshold: DISTANCE },
    ];
  },
};

function sharesOfNumbers(pair: FeaturePair) {
  const samples = samplesOf(pair);
  if (samples === undefined) return undefined;
  const edges = doaneEdges(samples.reference);
  const reference = shareOf(histogram(samples.reference, edges), samples.reference.total);
  const current = shareOf(histogram(samples.current, edges), samples.current.total);
  const rest = 1 - current.reduce((sum, share) => sum + share, 0);
  return rest > 0 ? { reference: [...reference, 0], current: [...current, rest] } : { reference, current };
}

function sharesOfCategories(pair: FeaturePair) {
  const counts = countsOf(pair);
  return counts && { reference: shareOf(counts.reference), current: shareOf(counts.current) };
}
