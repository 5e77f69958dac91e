import { jensenShannonDivergence } from '../../stats/distances/jensen-shannon.ts';
import { chiSquaredSurvival } from '../../stats/distributions/chi-squared.ts';
import type { FeaturePair } from '../drift-test.ts';
import { type Preset, type PresetFinding, type PresetLimits, toolResult } from './preset.ts';
import { countsOf, DECILES, evenEdges, histogram, samplesOf, scipyKs, shareOf, unique } from './tool-data.ts';

const TINY = 1e-12;
const JS_MAX = 0.1;
const JS_BINS = 20;
const PSI_MAX = 0.25;

/**
 * DriftSense: KS or χ² p < .05, Jensen–Shannon divergence > .1, PSI > .25; any of them, any feature.
 *
 * PSI over the reference's deciles with open ends, 10⁻¹² added inside the logarithm. JSD in nats over 20 bins of equal width between
 * the reference's minimum and maximum; no result when all of production lies outside. χ² of fit over the reference's categories, as if the reference
 * were exact. Checked against the replaced system.
 */
export const driftsense: Preset = {
  title: 'DriftSense',
  aggregate: 'any',
  compare: (pair, limits = {}) => {
    const evidence = pair.type === 'numeric' ? evidenceOfNumbers(pair) : evidenceOfCategories(pair);
    return evidence === undefined ? [] : findings(pair, evidence, limits);
  },
};

interface Evidence {
  readonly test: 'ks' | 'chi2';
  readonly statistic: number;
  readonly pValue: number;
  readonly method: string;
  readonly js: number;
  readonly psi: number;
}

function findings(
  pair: FeaturePair,
  evidence: Evidence,
  { alpha = 0.05, psi: psiMax = PSI_MAX }: PresetLimits,
): PresetFinding[] {
  const { test, js, psi } = evidence;
  return [
    { test, result: toolResult(pair, evidence), isDrift: evidence.pValue < alpha, threshold: alpha },
    {
      test: 'js',
      result: toolResult(pair, { statistic: js, method: 'JSD in nats, 20 bins of the reference' }),
      isDrift: js > JS_MAX,
      threshold: JS_MAX,
    },
    {
      test: 'psi',
      result: toolResult(pair, { statistic: psi, method: 'open deciles, 1e-12 in the logarithm' }),
      isDrift: psi > psiMax,
      threshold: psiMax,
    },
  ];
}

function evidenceOfNumbers(pair: FeaturePair): Evidence | undefined {
  const samples = samplesOf(pair);
  if (samples === undefined) return undefined;
  const { reference, current, quantile } = samples;
  const even = evenEdges(quantile(0), quantile(1), JS_BINS);
  const inside = histogram(current, even);
  const js = inside.some((count) => count > 0)
    ? jensenShannonDivergence(shareOf(histogram(reference, even)), shareOf(inside))
    : Number.NaN;
  const inner = DECILES.slice(1, -1).map(quantile);
  const edges = unique([Number.NEGATIVE_INFINITY, ...inner, ...repeated(quantile), Number.POSITIVE_INFINITY]);
  const psi = psiOf(shareOf(histogram(reference, edges)), shareOf(histogram(current, edges)));
  return { test: 'ks', ...scipyKs(samples), js, psi };
}

/** Minimum and maximum are edges only where they are inner deciles as well. */
function repeated(quantile: (share: number) => number): number[] {
  const inner = DECILES.slice(1, -1).map(quantile);
  return [quantile(0), quantile(1)].filter((edge) => inner.includes(edge));
}

function evidenceOfCategories(pair: FeaturePair): Evidence | undefined {
  const counts = countsOf(pair);
  if (counts === undefined) return undefined;
  const [r, c] = [shareOf(counts.reference), shareOf(counts.current)];
  return { test: 'chi2', ...fitOfKnown(counts), js: jensenShannonDivergence(r, c), psi: psiOf(r, c) };
}

/** χ² over the categories of the reference only, expected counts scaled to the current rows in them. */
function fitOfKnown({ reference, current }: { readonly reference: number[]; readonly current: number[] }) {
  const known = reference.map((_, i) => i).filter((i) => (reference[i] as number) > 0);
  const [n, m] = [reference, current].map((side) => known.reduce((sum, i) => sum + (side[i] as number), 0)) as [
    number,
    number,
  ];
  const method = 'chi2 of fit to the reference';
  if (m === 0) return { statistic: Number.NaN, pValue: Number.NaN, method };
  const statistic = known.reduce((sum, i) => {
    const expected = ((reference[i] as number) * m) / n;
    return sum + ((current[i] as number) - expected) ** 2 / expected;
  }, 0);
  return { statistic, pValue: chiSquaredSurvival(statistic, Math.max(1, known.length - 1)), method };
}

function psiOf(r: readonly number[], c: readonly number[]): number {
  return r.reduce((sum, share, i) => {
    const other = c[i] as number;
    return sum + (other - share) * Math.log((other + TINY) / (share + TINY));
  }, 0);
}
