import { normalSurvival } from '../distributions/normal.ts';

/**
 * The two-sided p-value of the Mann–Whitney U statistic, by the normal approximation with corrections for ties and for continuity.
 *
 * z = (max(U, nm − U) − nm/2 − ½) / σ, σ² = nm/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))).
 *
 * @param u - number of pairs in which the first sample's value is larger, ties as one half; [0, nm]
 * @param n - size of the first sample
 * @param m - size of the other
 * @param tieTerm - Σ(t³ − t) over the groups of t equal values; 0 without ties
 * @returns a probability, [0, 1]; 1 when all values are equal; valid from n = m = 8
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
