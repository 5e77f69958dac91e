import { populationStability } from '../../stats/distances/population-stability.ts';
import { chiSquaredYates } from '../../stats/tests/chi-squared-yates.ts';
import type { FeaturePair, Side } from '../drift-test.ts';
import { type Preset, type PresetFinding, type PresetLimits, toolResult } from './preset.ts';
import { countsOf, DECILES, histogram, samplesOf, scipyKs, shareOf, unique } from './tool-data.ts';

const EMPTY = 1e-4;

/**
 * Sentinel: KS p < .05 or PSI ≥ .25 for numbers, χ² p < .05 for categories; any feature.
 *
 * PSI over the reference's deciles (NumPy's percentiles, each edge once); values beyond them are dropped; an empty cell counts as
 * 10⁻⁴; a constant reference gives 0. χ² of the 2×K table, with Yates' correction when K = 2.
 * Checked against the replaced system.
 */
export const sentinel: Preset = {
  title: 'Sentinel',
  aggregate: 'any',
  compare: (pair, limits = {}) =>
    pair.type === 'numeric' ? compareNumbers(pair, limits) : compareCategories(pair, limits),
};

function compareNumbers(pair: FeaturePair, { alpha = 0.05, psi: psiMin = 0.25 }: PresetLimits): PresetFinding[] {
  const samples = samplesOf(pair);
  if (samples === undefined) return [];
  const ks = scipyKs(samples);
  const edges = unique(DECILES.map(samples.quantile));
  const shares = (side: Side) =>
    shareOf(histogram(samples[side], edges), samples[side].total).map((share) => (share === 0 ? EMPTY : share));
  const psi = edges.length < 2 ? 0 : populationStability(shares('reference'), shares('current'));
  return [
    { test: 'ks', result: toolResult(pair, ks), isDrift: ks.pValue < alpha, threshold: alpha },
    {
      test: 'psi',
      result: toolResult(pair, { statistic: psi, method: 'deciles, outside dropped, empty 1e-4' }),
      isDrift: psi >= psiMin,
      threshold: psiMin,
    },
  ];
}

function compareCategories(pair: FeaturePair, { alpha = 0.05 }: PresetLimits): PresetFinding[] {
  const counts = countsOf(pair);
  if (counts === undefined) return [];
  const { statistic, pValue, cramersV } = chiSquaredYates(counts.reference, counts.current);
  const result = toolResult(pair, { statistic, pValue, effect: cramersV, method: 'chi2_contingency, Yates for 2 x 2' });
  return [{ test: 'chi2', result, isDrift: pValue < alpha, threshold: alpha }];
}
