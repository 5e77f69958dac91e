import type { WeightedSample } from '../../profile/weighted-sample.ts';
import { chiSquaredSurvival } from '../../stats/distributions/chi-squared.ts';
import { kstwoSurvival } from '../../stats/kolmogorov/kstwo.ts';
import type { FeaturePair } from '../drift-test.ts';
import { type Preset, type PresetFinding, toolResult } from './preset.ts';
import { countsOf, type Samples, samplesOf } from './tool-data.ts';

const QUANTILES = 100;

/**
 * whylogs: KS p ≤ .05 for numbers, χ² p ≤ .05 for categories (its category DRIFT), each feature by itself.
 *
 * KS: D only at 100 quantiles of either side, shares strictly below them. χ²: of fit to the reference's shares, expected counts truncated to
 * whole numbers, df from the categories of the current side only; a new category makes it infinite.
 * Checked against whylogs 1.6.4, at sizes that its sketches hold exactly.
 */
export const whylogs: Preset = {
  title: 'whylogs',
  aggregate: 'any',
  isCategory: () => false,
  compare: (pair, { alpha = 0.05 } = {}) => {
    const samples = pair.type === 'numeric' ? samplesOf(pair) : undefined;
    if (samples !== undefined) return [compareNumbers(pair, samples, alpha)];
    return pair.type === 'numeric' ? [] : compareCategories(pair, alpha);
  },
};

function compareNumbers(pair: FeaturePair, { reference, current }: Samples, alpha: number): PresetFinding {
  const places = [...quantilesOf(reference), ...quantilesOf(current)];
  const d = Math.max(...places.map((x) => Math.abs(shareBelow(reference, x) - shareBelow(current, x))));
  const [n, m] = [reference.total, current.total];
  const pValue = kstwoSurvival(Math.round((n * m) / (n + m)), d);
  const result = toolResult(pair, { statistic: d, pValue, method: 'kstwo at 100 quantiles' });
  return { test: 'ks', result, isDrift: pValue <= alpha, threshold: alpha };
}

function quantilesOf({ values, weights, total }: WeightedSample): number[] {
  const found: number[] = [];
  let [i, below] = [0, 0];
  for (let q = 0; q < QUANTILES; q++) {
    const rank = Math.min(total - 1, Math.floor((q / (QUANTILES - 1)) * total));
    while (below + (weights[i] as number) <= rank) below += weights[i++] as number;
    found.push(values[i] as number);
  }
  return found;
}

function shareBelow({ values, weights, total }: WeightedSample, x: number): number {
  let below = 0;
  for (let i = 0; i < values.length && (values[i] as number) < x; i++) below += weights[i] as number;
  return below / total;
}

function compareCategories(pair: FeaturePair, alpha: number): PresetFinding[] {
  const counts = countsOf(pair);
  if (counts === undefined) return [];
  const { reference, current } = counts;
  const [n, m] = [reference, current].map((side) => side.reduce((sum, count) => sum + count, 0)) as [number, number];
  let statistic = 0;
  reference.forEach((count, i) => {
    const expected = Math.floor((count / n) * m);
    statistic += expected === 0 ? Number.POSITIVE_INFINITY : ((current[i] as number) - expected) ** 2 / expected;
  });
  const df = Math.max(1, current.filter((count) => count > 0).length - 1);
  const pValue = chiSquaredSurvival(statistic, df);
  const known = Math.min(statistic, Number.MAX_VALUE);
  const result = toolResult(pair, { statistic: known, pValue, method: 'chi2 of fit, whole expected counts' });
  return [{ test: 'chi2', result, isDrift: pValue <= alpha, threshold: alpha }];
}
