import { upperGamma } from './incomplete-gamma.ts';

/**
 * The upper tail of the chi-squared distribution: P(X ≥ x).
 *
 * @param x - the statistic; below 0 counts as 0
 * @param df - degrees of freedom; 0 stands for the constant 0
 * @returns a probability, [0, 1]
 * @throws RangeError when df is negative or x is NaN
 * Source: Q(df/2, x/2); checked against SciPy's chi2.sf to 1e-11 relative.
 *
 * @example chiSquaredSurvival(3.841458820694124, 1) // 0.05
 */
export function chiSquaredSurvival(x: number, df: number): number {
  if (!(df >= 0) || Number.isNaN(x)) throw new RangeError(`chiSquaredSurvival(x, df): got x = ${x}, df = ${df}`);
  if (x <= 0) return 1;
  return df === 0 ? 0 : upperGamma(df / 2, x / 2);
}
