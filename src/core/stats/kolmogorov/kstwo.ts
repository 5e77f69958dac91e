import { kolmogorovDurbin } from './kolmogorov-durbin.ts';
import { kolmogorovPelzGood } from './kolmogorov-pelz-good.ts';
import { kolmogorovPomeranz } from './kolmogorov-pomeranz.ts';
import { smirnovSurvival } from './smirnov.ts';

/** Above it Pelz–Good is within 1e-12 of Durbin wherever SciPy uses Durbin, and a thousand times faster. */
const DURBIN_MAX = 10_000;

/**
 * The upper tail of the two-sided Kolmogorov–Smirnov statistic at finite n: P(Dₙ ≥ d).
 *
 * Each method where it is accurate and fast (Simard & L'Ecuyer): the Ruben–Gambino closed forms at both ends, twice the one-sided tail
 * for small p, Durbin's matrix or Pomeranz's recursion for n ≤ 140, Durbin or Pelz–Good's series beyond.
 *
 * @param n - sample size, a whole number from 1; for two samples round(nm / (n + m))
 * @param d - the statistic; outside [0, 1] the answer is 1 or 0
 * @returns a probability, [0, 1]
 * @throws RangeError when n is not a whole number from 1, or d is NaN
 * Source: Simard & L'Ecuyer, J. Stat. Software 39 (2011); the cut points of SciPy's kstwo.sf, checked against it to 1e-9.
 *
 * @example kstwoSurvival(100, 0.1) // 0.2526927570063874
 */
export function kstwoSurvival(n: number, d: number): number {
  if (!(Number.isInteger(n) && n >= 1) || Number.isNaN(d)) throw new RangeError(`kstwoSurvival(n, d): got ${n}, ${d}`);
  const nd = n * d;
  if (nd <= 0.5) return 1;
  if (d >= 1) return 0;
  if (nd <= 1) return 1 - nearHalfStep(n, nd);
  if (nd >= n - 1) return 2 * (1 - d) ** n;
  const survival = usesOneSidedTail(n, d) ? 2 * smirnovSurvival(n, d) : 1 - distribution(n, d);
  return Math.min(1, Math.max(0, survival));
}

/** P(Dₙ ≤ d) = n!/nⁿ·(2nd − 1)ⁿ for 1/2n ≤ d ≤ 1/n. */
function nearHalfStep(n: number, nd: number): number {
  let product = 1;
  for (let i = 1; i <= n && product > 0; i++) product *= (i / n) * (2 * nd - 1);
  return product;
}

/** Where twice the one-sided tail is the two-sided one, to double precision. */
function usesOneSidedTail(n: number, d: number): boolean {
  return d >= 0.5 || n * d * d > (n <= 140 ? 4 : 2.2);
}

function distribution(n: number, d: number): number {
  if (n <= 140) return n * d * d <= 0.754693 ? kolmogorovDurbin(n, d) : kolmogorovPomeranz(n, d);
  return n <= DURBIN_MAX && n * d ** 1.5 <= 1.4 ? kolmogorovDurbin(n, d) : kolmogorovPelzGood(n, d);
}
