import { invertWeightedChiSquared } from '../kolmogorov/smirnov-inversion.ts';

/** Below it the limiting law has no mass; SciPy's bound. */
const NO_MASS = 0.003;

/**
 * The upper tail of the limiting law of Cramér–von Mises' ω² = Σ χ²₁/(jπ)²: P(ω² ≥ x).
 *
 * (2/π) Σₖ (−1)ᵏ ∫ e^(−xt²/2) / √(t·|sin t|) dt over ((2k+1)π, (2k+2)π).
 *
 * @param x - the statistic
 * @returns a probability, [0, 1]; relative error below 1e-10, in the far tail too
 * Source: Smirnov 1937; checked against SciPy's cramervonmises.
 *
 * @example cramerVonMisesSurvival(0.46136) // 0.05000038313265109
 */
export function cramerVonMisesSurvival(x: number): number {
  if (!(x >= NO_MASS)) return 1;
  return invertWeightedChiSquared(
    (k) => ({ from: (2 * k + 1) * Math.PI, to: (2 * k + 2) * Math.PI }),
    (t) => 2 / Math.PI / Math.sqrt(t * Math.abs(Math.sin(t))),
    (t) => (x * t * t) / 2,
  );
}

/**
 * The p-value of the two-sample Cramér–von Mises statistic T, by the limiting law after T is scaled to its mean and variance.
 *
 * @param t - T = U/(nm(n+m)) − (4nm−1)/(6(n+m))
 * @param n - size of one sample
 * @param m - size of the other
 * @returns a probability, [0, 1]; uniform under the null for continuous values from about n = m = 10
 * Source: Anderson 1962; checked against SciPy's cramervonmises_2samp(method='asymptotic').
 *
 * @example cramerVonMisesTwoSamplePValue(0.5, 100, 100) // 0.039831023713063
 */
export function cramerVonMisesTwoSamplePValue(t: number, n: number, m: number): number {
  const [all, product] = [n + m, n * m];
  const mean = (1 + 1 / all) / 6;
  const variance =
    ((all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product)) / (45 * all ** 2 * 4 * product);
  return cramerVonMisesSurvival(1 / 6 + (t - mean) / Math.sqrt(45 * variance));
}
