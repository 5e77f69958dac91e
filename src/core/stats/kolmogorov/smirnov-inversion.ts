/** Nodes of one interval: without the singular ends, the midpoint rule gains about one digit every two nodes. */
const NODES = 48;
const NEGLIGIBLE = 40;
const MOST_INTERVALS = 400;

/** One interval of the inversion. */
export interface InversionInterval {
  readonly from: number;
  readonly to: number;
}

/**
 * P(Q ≥ x) for Q = Σ λⱼ χ²₁, a sum of infinitely many weighted χ² variables, by Smirnov's inversion.
 *
 * The tail is an alternating sum of integrals between the poles of the characteristic function. Each integrand is infinite like
 * 1/√ at both ends; t = middle − half·cos θ removes that. Every integral is positive and the first one dominates the tail, so a
 * small probability keeps its relative accuracy.
 *
 * @param interval - k, from 0, to the ends of the k-th interval
 * @param integrand - at t inside an interval, without the exponential
 * @param exponent - the damping of the integrand at t, increasing in t
 * @returns a probability, [0, 1]
 * Source: Smirnov 1937; Slepian 1958; used by `cramerVonMisesSurvival` and `andersonDarlingSurvival`, whose tests check it.
 *
 * @example
 * const interval = (k) => ({ from: (2 * k + 1) * Math.PI, to: (2 * k + 2) * Math.PI });
 * const integrand = (t) => 2 / Math.PI / Math.sqrt(t * Math.abs(Math.sin(t)));
 * invertWeightedChiSquared(interval, integrand, (t) => (0.46136 * t * t) / 2);
 * // 0.05000038313265109
 */
export function invertWeightedChiSquared(
  interval: (k: number) => InversionInterval,
  integrand: (t: number) => number,
  exponent: (t: number) => number,
): number {
  let tail = 0;
  for (let k = 0; k < MOST_INTERVALS; k++) {
    const { from, to } = interval(k);
    if (k > 0 && exponent(from) - exponent(interval(0).from) > NEGLIGIBLE) break;
    const [middle, half] = [(from + to) / 2, (to - from) / 2];
    let sum = 0;
    for (let i = 0; i < NODES; i++) {
      const angle = (Math.PI * (i + 0.5)) / NODES;
      const t = middle - half * Math.cos(angle);
      sum += integrand(t) * Math.exp(-exponent(t)) * Math.sin(angle);
    }
    tail += (k % 2 === 0 ? 1 : -1) * sum * half * (Math.PI / NODES);
  }
  return Math.min(1, Math.max(0, tail));
}
