/** The alternative hypothesis: shares differ, or the second one is larger. */
export type Alternative = 'two-sided' | 'greater';

/** A count of successes in a sample. */
export interface Proportion {
  /** Successes, a whole number 0 … n. */
  readonly k: number;
  /** Rows of the sample, a whole number. */
  readonly n: number;
}

/** SciPy's tolerance for "as likely as the observed table". */
const AS_LIKELY = 1 + 1e-7;
const NEGLIGIBLE = 1e-18;

/**
 * Fisher's exact test of two proportions: k₁ of n₁ against k₂ of n₂.
 *
 * Given k₁ + k₂, the successes of the second sample are hypergeometric under the null. `two-sided` sums the probability of every
 * outcome that is at most as likely as the observed one, `greater` that of k₂ and above. The weights are computed outward from the
 * mode and divided by their sum, without factorials; the cost is the width of the distribution, about √(n₂·share).
 *
 * @param reference - the first sample
 * @param current - the second sample
 * @param alternative - `greater`: the second share is the larger one
 * @returns a probability, [0, 1]; conservative, like every exact test of counts; valid from one row
 * @throws RangeError when a count is not a whole number from 0 to its n
 * Source: Fisher 1934; checked against SciPy's fisher_exact.
 *
 * @example fisherExact({ k: 1, n: 9 }, { k: 11, n: 14 }) // 0.0027594561852200823
 */
export function fisherExact(
  reference: Proportion,
  current: Proportion,
  alternative: Alternative = 'two-sided',
): number {
  const [{ k: k1, n: n1 }, { k: k2, n: n2 }] = [reference, current];
  if (!(isCount(reference) && isCount(current)))
    throw new RangeError(`fisherExact: got ${k1} of ${n1}, ${k2} of ${n2}`);
  const law = new Hypergeometric(n1, n2, k1 + k2);
  const observed = law.weightAt(k2);
  const counts = (k: number, weight: number) => (alternative === 'greater' ? k >= k2 : weight <= observed * AS_LIKELY);
  return law.shareOf(counts, observed);
}

function isCount({ k, n }: Proportion): boolean {
  return Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n;
}

/** The distribution of the second sample's successes, as weights relative to the mode's. */
class Hypergeometric {
  readonly #n1: number;
  readonly #n2: number;
  readonly #total: number;
  readonly #low: number;
  readonly #high: number;
  readonly #mode: number;

  constructor(n1: number, n2: number, total: number) {
    this.#n1 = n1;
    this.#n2 = n2;
    this.#total = total;
    this.#low = Math.max(0, total - n1);
    this.#high = Math.min(total, n2);
    const mode = Math.floor(((total + 1) * (n2 + 1)) / (n1 + n2 + 2));
    this.#mode = Math.min(this.#high, Math.max(this.#low, mode));
  }

  /** P(k + 1) / P(k). */
  #ratioAbove(k: number): number {
    return ((this.#total - k) * (this.#n2 - k)) / ((k + 1) * (this.#n1 - this.#total + k + 1));
  }

  weightAt(k: number): number {
    let weight = 1;
    for (let i = this.#mode; i < k && weight > 0; i++) weight *= this.#ratioAbove(i);
    for (let i = this.#mode; i > k && weight > 0; i--) weight /= this.#ratioAbove(i - 1);
    return weight;
  }

  /** The probability of the outcomes that count; stops where the rest is negligible relative to `observed`. */
  shareOf(counts: (k: number, weight: number) => boolean, observed: number): number {
    const floor = observed * NEGLIGIBLE;
    let [all, counted] = [0, 0];
    const take = (k: number, weight: number) => {
      all += weight;
      if (counts(k, weight)) counted += weight;
    };
    for (let k = this.#mode, weight = 1; k <= this.#high && weight > floor; k++) {
      take(k, weight);
      weight *= this.#ratioAbove(k);
    }
    for (let k = this.#mode, weight = 1; k > this.#low && weight > floor; k--) {
      weight /= this.#ratioAbove(k - 1);
      take(k - 1, weight);
    }
    return Math.min(1, counted / all);
  }
}
