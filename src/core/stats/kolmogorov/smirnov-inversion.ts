/** Nodes of one interval: with the singular ends smoothed away, the midpoint rule gains a digit about every two. */
const NODES = 48;
const NEGLIGIBLE = 40;
const MOST_INTERVALS = 400;

/** One interval of the inversion: its ends, what is integrated over it, and the exponent that shrinks from interval to interval. */
export interface InversionInterval {
  readonly from: number;
  readonly to: number;
}

/**
 * P(Q ≥ x) for Q = Σ λⱼ χ²₁, a sum of infinitely many weighted χ² variables, by Smirnov's inversion.
 *
 * The tail is an alternating sum of integrals between the poles of the characteristic function. Each integrand is infinite like
 * 1/√ at both ends; t = middle − half·cos θ smooths that away. Every integral is positive and the first one rules the tail, so a
 * small probability keeps its relative accuracy.
 *
 * @param interval - the k-th interval, k from 0
 * @param integrand - at t inside an interval, without the exponential
 * @param exponent - by which the integrand is damped at t, growing with t
 * @returns a probability, [0, 1]
 * Source: Smirnov 1937; Slepian 1958; used by `cramerVonMisesSurvival` and `andersonDarlingSurvival`, which prove it.
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
