import { type Moments, standardDeviation, variance } from '../../profile/moments.ts';
import { welchTest } from '../../stats/tests/welch.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';

const LEAST_DEVIATION = 0.001;

/**
 * Welch's t-test: has the mean moved?
 *
 * t = (mean₁ − mean₂) / √(s₁²/n + s₂²/m) with Welch–Satterthwaite's degrees of freedom, from the moments, which merge exactly.
 *
 * Effect: |difference of the means| / max(standard deviation of the reference, .001). Floor: .1. Smallest honest n: 30 on both
 * sides. Resolution: 0, also on sketches. Null: uniform for numbers near a bell curve, conservative with heavy tails; blind to
 * every change that leaves the mean. Source: Welch 1947; checked against SciPy's ttest_ind(equal_var=False).
 */
export const welch: DriftTest = {
  title: 'Welch’s t-test',
  types: ['numeric'],
  minRows: 30,
  defaultFloor: 0.1,
  compare: compareMeans,
  wire: (result) => ({ t: result.statistic }),
};

function compareMeans(pair: FeaturePair): TestResult {
  const [reference, current] = [pair.reference.numeric?.moments, pair.current.numeric?.moments];
  const [nReference, nCurrent] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || Math.min(nReference, nCurrent) < welch.minRows)
    return cannotSay(nReference, nCurrent, 'insufficient_samples');
  const { statistic, df, pValue } = welchTest(summary(reference), summary(current));
  const effect = Math.abs(current.mean - reference.mean) / Math.max(standardDeviation(reference), LEAST_DEVIATION);
  const method = `t(${Number(df.toPrecision(4))})`;
  return { statistic, effect: Math.min(effect, Number.MAX_VALUE), pValue, resolution: 0, nReference, nCurrent, method };
}

function summary(moments: Moments) {
  return { n: moments.n, mean: moments.mean, variance: variance(moments) };
}
