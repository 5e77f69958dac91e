export type Alternative = 'two-sided' | 'greater';

/** SciPy's tolerance for "as likely as what was seen". */
const AS_LIKELY = 1 + 1e-7;
const NEGLIGIBLE = 1e-18;

/**
 * Fisher's exact test of two counts: k₁ of n₁ against k₂ of n₂.
 *
 * Given k₁ + k₂ successes in all, how many fall to the second sample is hypergeometric under the null. Two-sided sums every
 * outcome no likelier than the one seen; greater sums k₂ and above. The law is walked outward from its mode and
 * normalised by its own sum, so that no factorial is taken; the cost is its width, about √(n₂·share).
 *
 * @param k1 - successes of the first (reference) sample, 0 … n1
 * @param n1 - its size
 * @param k2 - successes of the second (current) sample, 0 … n2
 * @param n2 - its size
 * @param alternative - `greater`: the second share is the larger
 * @returns a probability, [0, 1]; conservative, as every exact test of counts; honest from one row
 * @throws RangeError when a count is not a whole number within its size
 * Source: Fisher 1934; checked against SciPy's fisher_exact.
 *
 * @example fisherExact(1, 9, 11, 14) // 0.0027594561852200823
 */
export function fisherExact(
  k1: number,
  n1: number,
  k2: number,
  n2: number,
  alternative: Alternative = 'two-sided',
): number {
  if (!(isCount(k1, n1) && isCount(k2, n2))) throw new RangeError(`fisherExact: got ${k1} of ${n1}, ${k2} of ${n2}`);
  const law = new Hypergeometric(n1, n2, k1 + k2);
  const seen = law.weightAt(k2);
  const counts = (k: number, weight: number) => (alternative === 'greater' ? k >= k2 : weight <= seen * AS_LIKELY);
  return law.shareOf(counts, seen);
}

function isCount(k: number, n: number): boolean {
  return Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n;
}

/** The law of the second sample's successes, as weights relative to the mode's. */
class Hypergeometric {
  private readonly n1: number;
  private readonly n2: number;
  private readonly total: number;
  private readonly low: number;
  private readonly high: number;
  private readonly mode: number;

  constructor(n1: number, n2: number, total: number) {
    this.n1 = n1;
    this.n2 = n2;
    this.total = total;
    this.low = Math.max(0, total - n1);
    this.high = Math.min(total, n2);
    const mode = Math.floor(((total + 1) * (n2 + 1)) / (n1 + n2 + 2));
    this.mode = Math.min(this.high, Math.max(this.low, mode));
  }

  /** P(k + 1) / P(k). */
  private ratioAbove(k: number): number {
    return ((this.total - k) * (this.n2 - k)) / ((k + 1) * (this.n1 - this.total + k + 1));
  }

  weightAt(k: number): number {
    let weight = 1;
    for (let i = this.mode; i < k && weight > 0; i++) weight *= this.ratioAbove(i);
    for (let i = this.mode; i > k && weight > 0; i--) weight /= this.ratioAbove(i - 1);
    return weight;
  }

  /** The probability of the outcomes that count, walking until what is left is negligible beside `seen`. */
  shareOf(counts: (k: number, weight: number) => boolean, seen: number): number {
    const floor = seen * NEGLIGIBLE;
    let [all, counted] = [0, 0];
    const take = (k: number, weight: number) => {
      all += weight;
      if (counts(k, weight)) counted += weight;
    };
    for (let k = this.mode, weight = 1; k <= this.high && weight > floor; k++) {
      take(k, weight);
      weight *= this.ratioAbove(k);
    }
    for (let k = this.mode, weight = 1; k > this.low && weight > floor; k--) {
      weight /= this.ratioAbove(k - 1);
      take(k - 1, weight);
    }
    return Math.min(1, counted / all);
  }
}
