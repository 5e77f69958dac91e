import { populationStability } from '../../stats/distances/population-stability.ts';
import { type Preset, toolResult } from './preset.ts';
import { countsOf, samplesOf, scipyKs, shareOf } from './tool-data.ts';

const CLIP = 1e-6;

/**
 * Intent Drift Monitor & Guard: KS p < .05 for numbers, PSI > .2 for categories; any feature.
 *
 * Shares are clipped at 10⁻⁶ from below and not renormalized. Checked against the replaced system.
 */
export const guard: Preset = {
  title: 'Intent Drift Guard',
  aggregate: 'any',
  compare: (pair, { alpha = 0.05, psi: psiMax = 0.2 } = {}) => {
    const samples = pair.type === 'numeric' ? samplesOf(pair) : undefined;
    if (samples !== undefined) {
      const ks = scipyKs(samples);
      return [{ test: 'ks', result: toolResult(pair, ks), isDrift: ks.pValue < alpha, threshold: alpha }];
    }
    const counts = pair.type === 'numeric' ? undefined : countsOf(pair);
    if (counts === undefined) return [];
    const clipped = (side: readonly number[]) => shareOf(side).map((share) => Math.max(CLIP, share));
    const psi = populationStability(clipped(counts.reference), clipped(counts.current));
    const result = toolResult(pair, { statistic: psi, method: 'categories, shares clipped at 1e-6' });
    return [{ test: 'psi', result, isDrift: psi > psiMax, threshold: psiMax }];
  },
};
