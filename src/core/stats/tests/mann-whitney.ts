import { normalSurvival } from '../distributions/normal.ts';

/**
 * The two-sided p-value of Mann and Whitney's U, by the normal law with corrections for ties and for continuity.
 *
 * z = (max(U, nm − U) − nm/2 − ½) / σ, σ² = nm/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))).
 *
 * @param u - pairs in which the one sample's value is larger, ties as one half
 * @param n - size of that sample
 * @param m - size of the other
 * @param tieTerm - Σ(t³ − t) over the groups of t equal values; 0 without ties
 * @returns a probability, [0, 1]; 1 when all values are equal; honest from n = m = 8 on
 * Source: Mann & Whitney 1947; checked against SciPy's mannwhitneyu(method='asymptotic').
 *
 * @example mannWhitneyPValue(60, 10, 10, 0) // 0.4726755935115871
 */
export function mannWhitneyPValue(u: number, n: number, m: number, tieTerm: number): number {
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - tieTerm / (all * (all - 1)));
  if (!(variance > 0)) return 1;
  const z = (Math.max(u, n * m - u) - (n * m) / 2 - 0.5) / Math.sqrt(variance);
  return Math.min(1, 2 * normalSurvival(z));
}
