const SQRT_2PI = Math.sqrt(2 * Math.PI);
const PI2 = Math.PI ** 2;
const PI4 = Math.PI ** 4;
const PI6 = Math.PI ** 6;

/**
 * P(Dₙ ≤ d) for the two-sided Kolmogorov–Smirnov statistic, by the asymptotic series of Pelz and Good.
 *
 * K₀(z) + K₁(z)/√n + K₂(z)/n + K₃(z)/n^{3/2} with z = √n·d, each a sum that converges fast for small z.
 *
 * @param n - sample size, more than 140
 * @param d - the statistic, 0 < d < 1, with n·d² < 18
 * @returns a probability, [0, 1]; the absolute error shrinks as n⁻²
 * Source: Pelz & Good, J. R. Stat. Soc. B 38 (1976); the form of Simard & L'Ecuyer 2011 as in SciPy's kstwo (BSD).
 *
 * @example 1 - kolmogorovPelzGood(500, 0.05) // 0.15866260223815387
 */
export function kolmogorovPelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d;
  const z2 = z * z;
  if (-PI2 / (8 * z2) < -708) return 0;
  const terms = Math.ceil((16 * z) / Math.PI);
  const odd = oddSums(z2, terms);
  const even = evenSums(z2, terms);
  const k0 = (odd[0] * SQRT_2PI) / z;
  const k1 = (odd[1] * SQRT_2PI) / (6 * z2 * z2);
  const k2 = (odd[2] * SQRT_2PI) / (72 * z ** 7) - (even[0] * PI2 * SQRT_2PI) / (36 * z ** 3);
  const k3 = (odd[3] * SQRT_2PI) / (6480 * z ** 10) + (even[1] * PI2 * SQRT_2PI) / (216 * z ** 6);
  return Math.min(1, Math.max(0, k0 + k1 / Math.sqrt(n) + k2 / n + k3 / n ** 1.5));
}

/** The four sums over odd m of q^(m²), q = exp(−π²/8z²), smallest term first. */
function oddSums(z2: number, terms: number): [number, number, number, number] {
  const [z4, z6, z8] = [z2 ** 2, z2 ** 3, z2 ** 4];
  const sums: [number, number, number, number] = [0, 0, 0, 0];
  for (let k = terms; k >= 1; k--) {
    const m2 = (2 * k - 1) ** 2;
    const power = Math.exp((-PI2 / (8 * z2)) * m2);
    sums[0] += power;
    sums[1] += power * (-z2 + (PI2 / 4) * m2);
    sums[2] += power * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * PI2 * m2) / 4 + (PI4 * (1 - 2 * z2) * m2 ** 2) / 16);
    sums[3] +=
      power *
      (-30 * z6 -
        90 * z8 +
        (PI2 * (135 * z4 - 96 * z6) * m2) / 4 +
        (PI4 * (-60 * z2 + 212 * z4) * m2 ** 2) / 16 +
        (PI6 * (5 - 30 * z2) * m2 ** 3) / 64);
  }
  return sums;
}

/** The two sums over every k of q^(k²), q = exp(−π²/2z²). */
function evenSums(z2: number, terms: number): [number, number] {
  const sums: [number, number] = [0, 0];
  for (let k = terms; k >= 1; k--) {
    const power = k * k * Math.exp((-PI2 / (2 * z2)) * k * k);
    sums[0] += power;
    sums[1] += power * (3 * z2 - PI2 * k * k);
  }
  return sums;
}
