import { kullbackLeibler } from '../../stats/distances/kullback-leibler.ts';
import type { FeaturePair } from '../drift-test.ts';
import { type Preset, type PresetFinding, toolResult } from './preset.ts';
import { countsOf, evenEdges, histogram, samplesOf, shareOf } from './tool-data.ts';

const TINY = 1e-10;
const KL_BINS = 50;
const KL_MAX = 0.1;

/**
 * Drift Monitor: KL > .1 for numbers, PSI > .2 for categories; any feature.
 *
 * KL(current ‖ reference) in nats over 50 bins of equal width on the joint range; 10⁻¹⁰ is added to the densities. PSI over all
 * categories, 10⁻¹⁰ added to the shares. Checked against the replaced system.
 */
export const driftMonitor: Preset = {
  title: 'Drift Monitor',
  aggregate: 'any',
  compare: (pair, { psi: psiMax = 0.2 } = {}) =>
    pair.type === 'numeric' ? compareNumbers(pair) : compareCategories(pair, psiMax),
};

function compareNumbers(pair: FeaturePair): PresetFinding[] {
  const samples = samplesOf(pair);
  if (samples === undefined) return [];
  const { reference, current } = samples;
  const low = Math.min(reference.values[0] as number, current.values[0] as number);
  const high = Math.max(reference.values.at(-1) as number, current.values.at(-1) as number);
  const edges = evenEdges(low, high, KL_BINS);
  const width = (edges[1] as number) - (edges[0] as number);
  const density = (side: typeof reference) =>
    shareOf(shareOf(histogram(side, edges)).map((share) => share / width + TINY));
  const kl = kullbackLeibler(density(current), density(reference));
  const result = toolResult(pair, { statistic: kl, method: 'KL(current || reference), 50 bins, +1e-10' });
  return [{ test: 'kl', result, isDrift: kl > KL_MAX, threshold: KL_MAX }];
}

function compareCategories(pair: FeaturePair, psiMax: number): PresetFinding[] {
  const counts = countsOf(pair);
  if (counts === undefined) return [];
  const [r, c] = [shareOf(counts.reference), shareOf(counts.current)];
  const psi = r.reduce((sum, share, i) => {
    const other = c[i] as number;
    return sum + (other - share) * Math.log((other + TINY) / (share + TINY));
  }, 0);
  const result = toolResult(pair, { statistic: psi, method: 'categories, shares + 1e-10' });
  return [{ test: 'psi', result, isDrift: psi > psiMax, threshold: psiMax }];
}
