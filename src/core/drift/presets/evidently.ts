import { jensenShannonDivergence } from '../../stats/distances/jensen-shannon.ts';
import { chiSquaredSurvival } from '../../stats/distributions/chi-squared.ts';
import { normalSurvival } from '../../stats/distributions/normal.ts';
import { fewValuesAsCategories } from '../bins/few-values.ts';
import type { FeaturePair } from '../drift-test.ts';
import { deviationOf, widths } from '../ecdf/compare-gaps.ts';
import { ecdfSteps, integrateGaps } from '../ecdf/ecdf-steps.ts';
import { type Preset, type PresetFinding, type PresetLimits, toolResult } from './preset.ts';
import { countsOf, type Samples, samplesOf, scipyKs, shareOf } from './tool-data.ts';

const SMALL = 1_000;
const DISTANCE = 0.1;

/**
 * Evidently (0.7): chosen by the reference's size and the number of distinct values; the table drifts when half of its columns do.
 *
 * Up to 1,000 rows: KS p ≤ .05 for numbers of more than 5 values, else χ² of fit p < .05, for two values a z-test. Beyond: Wasserstein
 * distance over the reference's standard deviation ≥ .1, for categories and few values Jensen–Shannon distance (base e) ≥ .1.
 * Checked against evidently 0.7.23.
 */
export const evidently: Preset = {
  title: 'Evidently',
  aggregate: 'share',
  // Its `infer_column_type`: integers of at most ten values; where a cell is missing, pandas makes them floats.
  isCategory: ({ distinct, areIntegers, hasMissing }) => areIntegers && !hasMissing && distinct <= 10,
  freeTextFrom: 0.5,
  compare: (pair, { alpha = 0.05 }: PresetLimits = {}) => {
    const plain = fewValuesAsCategories(pair);
    const samples = plain.type === 'numeric' ? samplesOf(plain) : undefined;
    if (samples !== undefined) return [compareNumbers(plain, samples, alpha)];
    const counts = plain.type === 'numeric' ? undefined : countsOf(plain);
    return counts === undefined ? [] : [compareCategories(plain, counts, alpha)];
  },
};

function compareNumbers(pair: FeaturePair, samples: Samples, alpha: number): PresetFinding {
  if (samples.reference.total <= SMALL) {
    const ks = scipyKs(samples);
    return { test: 'ks', result: toolResult(pair, ks), isDrift: ks.pValue <= alpha, threshold: alpha };
  }
  const steps = ecdfSteps(samples.reference, samples.current);
  const { full: moved } = integrateGaps(steps, { weights: widths(steps), power: 1 });
  const distance = moved / deviationOf(pair);
  const result = toolResult(pair, { statistic: distance, method: 'Wasserstein over the reference’s deviation' });
  return { test: 'wasserstein', result, isDrift: distance >= DISTANCE, threshold: DISTANCE };
}

interface Counts {
  readonly names: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

function compareCategories(pair: FeaturePair, counts: Counts, alpha: number): PresetFinding {
  const n = counts.reference.reduce((sum, count) => sum + count, 0);
  const m = counts.current.reduce((sum, count) => sum + count, 0);
  if (n > SMALL) {
    const js = Math.sqrt(jensenShannonDivergence(shareOf(counts.reference), shareOf(counts.current)));
    const result = toolResult(pair, { statistic: js, method: 'Jensen-Shannon distance, base e' });
    return { test: 'js', result, isDrift: js >= DISTANCE, threshold: DISTANCE };
  }
  const isPair = counts.names.length <= 2;
  const evidence = isPair ? zOfTwo(counts, n, m) : fitToReference(counts, n, m);
  const result = toolResult(pair, evidence);
  return { test: isPair ? 'ztest' : 'chi2', result, isDrift: evidence.pValue < alpha, threshold: alpha };
}

/** χ² of the current counts against the reference's shares, taken as exact; a new category makes it infinite. */
function fitToReference({ reference, current }: Counts, n: number, m: number) {
  const statistic = reference.reduce((sum, count, i) => {
    const expected = (count * m) / n;
    return sum + ((current[i] as number) - expected) ** 2 / expected;
  }, 0);
  const pValue = chiSquaredSurvival(statistic, reference.length - 1);
  return { statistic: Math.min(statistic, Number.MAX_VALUE), pValue, method: 'chi2 of fit to the reference' };
}

function zOfTwo({ names, reference, current }: Counts, n: number, m: number) {
  const method = 'z-test of the first value';
  if (names.length < 2) return { statistic: 0, pValue: 1, method };
  const [k, l] = [reference[0] as number, current[0] as number];
  const pooled = (k + l) / (n + m);
  const z = (k / n - l / m) / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return { statistic: z, pValue: 2 * normalSurvival(Math.abs(z)), method };
}
