import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { ksPValue } from '../ecdf/ks-p-value.ts';
import { largestGap } from '../ecdf/largest-gap.ts';

/** The contract's smallest number of rows on both sides. */
const KS_MIN_ROWS = 50;

/**
 * Two-sample Kolmogorov–Smirnov: the largest gap between two numeric distributions.
 *
 * D = max |F₁ − F₂|. While both sketches are exact, D is exact, and so is p as long as n·m ≤ 4·10⁶ or n = m; else
 * p = P(D_en ≥ d) at en = round(nm/(n+m)). On sketches p and verdict use d = max(0, D − resolution), so that an error of
 * the sketch is never taken for drift.
 *
 * Effect: D, [0, 1]. Floor: .05 (`KS_D_MIN` for streams). Smallest honest n: 50 on both sides. Resolution: the sum of both rank errors (99 %).
 * Null: uniform p for continuous values, conservative with ties and on sketches.
 * Source: Smirnov 1939; Hodges 1958; Simard & L'Ecuyer 2011; checked against SciPy's ks_2samp(method='auto').
 */
export const ks: DriftTest = {
  title: 'Kolmogorov–Smirnov',
  types: ['numeric'],
  minRows: KS_MIN_ROWS,
  defaultFloor: 0.05,
  compare: compareNumbers,
  wire: (result) => ({ d: result.statistic, at: result.at ?? null }),
};

function compareNumbers(pair: FeaturePair): TestResult {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  const [n, m] = [reference?.n ?? 0, current?.n ?? 0];
  if (!reference || !current || n < KS_MIN_ROWS || m < KS_MIN_ROWS) return cannotSay(n, m, 'insufficient_samples');
  const { d, at } = largestGap(reference.weighted(), current.weighted());
  const resolution = reference.rankError() + current.rankError();
  const { pValue, method: law } = ksPValue(Math.max(0, d - resolution), n, m, resolution === 0);
  const method = resolution > 0 ? `${law} on D - resolution` : law;
  return { statistic: d, effect: d, pValue, resolution, nReference: n, nCurrent: m, method, at };
}
