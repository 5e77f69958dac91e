import { ksExactPValue } from '../../stats/ks-exact.ts';
import { kstwoSurvival } from '../../stats/kstwo.ts';
import { cannotSay, type DriftTest, type FeaturePair, type TestResult } from '../drift-test.ts';
import { largestGap } from '../edf/largest-gap.ts';

/** The contract's smallest number of rows on both sides. */
const KS_MIN_ROWS = 50;
/** Beyond it, unequal sizes take the finite-n law: the exact one would cost time and differ by at most .004. */
const EXACT_MAX_PATHS = 4e6;

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
  kinds: ['numeric'],
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
  const isExact = reference.isExact && current.isExact && (n === m || n * m <= EXACT_MAX_PATHS);
  const surely = Math.max(0, d - resolution);
  const pValue = isExact ? ksExactPValue(n, m, d) : kstwoSurvival(roundHalfEven((n * m) / (n + m)), surely);
  const method = isExact ? 'exact' : resolution > 0 ? 'kstwo on D - resolution' : 'kstwo';
  return { statistic: d, effect: d, pValue, resolution, nReference: n, nCurrent: m, method, at };
}

/** NumPy's rounding, so that p equals SciPy's when nm/(n+m) ends in one half. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
