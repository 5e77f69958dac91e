import { regularizedBeta } from './incomplete-beta.ts';

/**
 * The upper tail of Student's t distribution: P(T ≥ t).
 *
 * @param t - any number
 * @param df - degrees of freedom, positive, not necessarily whole
 * @returns a probability, [0, 1]
 * @throws RangeError when df is not positive or t is NaN
 * Source: I_{df/(df+t²)}(df/2, ½)/2; checked against SciPy's t.sf to 1e-10 relative, df up to 2·10⁶.
 *
 * @example studentTSurvival(2, 10) // 0.03669401738537018
 */
export function studentTSurvival(t: number, df: number): number {
  if (!(df > 0) || Number.isNaN(t)) throw new RangeError(`studentTSurvival(t, df): got ${t}, ${df}`);
  if (!Number.isFinite(t)) return t > 0 ? 0 : 1;
  const [near, far] = [df / (df + t * t), (t * t) / (df + t * t)];
  const half = regularizedBeta(df / 2, 0.5, near, far) / 2;
  return t > 0 ? half : 1 - half;
}
