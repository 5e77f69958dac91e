import { ksExactPValue } from '../../stats/kolmogorov/ks-exact.ts';
import { kstwoSurvival } from '../../stats/kolmogorov/kstwo.ts';

/** Beyond it, unequal sizes use the finite-n law: the exact one costs time and differs by at most 0.004. */
const EXACT_MAX_PATHS = 4e6;

/**
 * The p-value of a two-sample Kolmogorov–Smirnov statistic, and the law that gave it.
 *
 * @param d - the statistic, [0, 1]
 * @param n - size of one sample
 * @param m - size of the other
 * @param isExact - whether d is that of all values, rather than of sketches
 * @returns a probability, [0, 1], and `exact` or `kstwo`
 * @example ksPValue(0.3, 50, 50, true).method // 'exact'
 */
export function ksPValue(d: number, n: number, m: number, isExact: boolean): { pValue: number; method: string } {
  if (isExact && (n === m || n * m <= EXACT_MAX_PATHS)) return { pValue: ksExactPValue(n, m, d), method: 'exact' };
  return { pValue: kstwoSurvival(roundHalfEven((n * m) / (n + m)), d), method: 'kstwo' };
}

/** NumPy's rounding, so that p equals SciPy's when nm/(n+m) ends in one half. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
