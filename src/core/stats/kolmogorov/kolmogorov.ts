const SQRT_2PI = Math.sqrt(2 * Math.PI);

/**
 * The upper tail of Kolmogorov's limit law: P(K ≥ z), K = limit of √n·D.
 *
 * @param z - √n·D, from 0 to infinity
 * @returns a probability, [0, 1]
 * Null distribution of √n·D for n → ∞ only: at n = 50 it gives 0.0575 for a true 0.05. `kstwoSurvival` is the law at finite n.
 * Source: Kolmogorov 1933 (z ≥ 1.18) and its theta-function form (below); checked against SciPy's kolmogorov.
 *
 * @example kolmogorovSurvival(1.3580986393225505) // 0.05
 */
export function kolmogorovSurvival(z: number): number {
  if (!(z > 0.04)) return 1;
  return z < 1.18 ? 1 - smallArgument(z) : largeArgument(z);
}

function smallArgument(z: number): number {
  const q = Math.exp(-(Math.PI ** 2) / (8 * z * z));
  return (SQRT_2PI / z) * (q + q ** 9 + q ** 25 + q ** 49);
}

function largeArgument(z: number): number {
  const q = Math.exp(-2 * z * z);
  return 2 * (q - q ** 4 + q ** 9 - q ** 16);
}
