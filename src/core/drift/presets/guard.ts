import { populationStability } from '../../stats/distances/population-stability.ts';
import { liveCategories } from '../bins/live-counts.ts';
import { cannotSay, type FeaturePair } from '../drift-test.ts';
import { type Preset, type PresetFinding, type PresetLimits, toolResult } from './preset.ts';
import { countsOf, samplesOf, scipyKs, shareOf } from './tool-data.ts';

const CLIP = 1e-6;
const KS_MIN_ROWS = 50;

/**
 * Intent Drift Monitor & Guard: KS p < .05 for numbers, PSI > .2 for categories; any feature.
 *
 * KS needs 50 rows a side, PSI one: below that the check stays, without a number. Shares are clipped at 10⁻⁶ from below and not
 * renormalized. Checked against the replaced system.
 */
export const guard: Preset = {
  title: 'Intent Drift Guard',
  aggregate: 'any',
  compare: (pair, limits = {}) => [
    pair.type === 'numeric' ? compareNumbers(pair, limits) : compareCategories(pair, limits),
  ],
};

function compareNumbers(pair: FeaturePair, { alpha = 0.05 }: PresetLimits): PresetFinding {
  const samples = samplesOf(pair);
  const [n, m] = [pair.reference.numeric?.sketch.n ?? 0, pair.current.numeric?.sketch.n ?? 0];
  if (samples === undefined || Math.min(n, m) < KS_MIN_ROWS) {
    const result = cannotSay(n, m, 'insufficient_samples');
    return { test: 'ks', result, isDrift: false, threshold: alpha, details: { d: null } };
  }
  const ks = scipyKs(samples);
  const details = { d: ks.statistic };
  return { test: 'ks', result: toolResult(pair, ks), isDrift: ks.pValue < alpha, threshold: alpha, details };
}

function compareCategories(pair: FeaturePair, { psi: psiMax = 0.2 }: PresetLimits): PresetFinding {
  const counts = countsOf(pair);
  const current = pair.current.categories;
  if (counts === undefined || current === undefined) {
    const result = cannotSay(pair.reference.categories?.n ?? 0, current?.n ?? 0, 'insufficient_samples');
    return { test: 'psi', result, isDrift: false, threshold: psiMax, details: { psi: null, live_counts: {} } };
  }
  const clipped = (side: readonly number[]) => shareOf(side).map((share) => Math.max(CLIP, share));
  const psi = populationStability(clipped(counts.reference), clipped(counts.current));
  return {
    test: 'psi',
    result: toolResult(pair, { statistic: psi, method: 'categories, shares clipped at 1e-6' }),
    isDrift: psi > psiMax,
    threshold: psiMax,
    details: { psi, live_counts: liveCategories(current) },
  };
}
