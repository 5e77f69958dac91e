import { hash32 } from '../../stats/hash.ts';
import { BridgeIntegral } from './bridge-integral.ts';
import type { EcdfSteps, GapIntegral } from './ecdf-steps.ts';
import { RANDOM_POOL_MASK, randomPool } from './random-pool.ts';

const MOST_ROUNDS = 999;
/** After this many rounds that reach the observed integral, p is known well enough (Besag & Clifford 1991). */
const ENOUGH_REACHED = 50;
/** When none of the first rounds comes near, p follows from the tail alone, and more rounds add nothing. */
const FIRST_ROUNDS = 199;
const NOT_NEAR = 1e-6;
/** With fewer rounds than this that reach it, the tail is continued as an exponential from its upper twentieth. */
const FEW_REACHED = 10;
const TAIL_SHARE = 0.05;
/** Up to this many rows every row is dealt; beyond, only the outermost on both sides. */
const ALL_ROWS = 600;
const OUTER_ROWS = 40;
/** An integral that is equal but for rounding counts as reached. */
const ROUNDING = 1e-12;

/**
 * The p-value of an integral of the gap between two samples, by permutation: the pooled rows are dealt at random to two samples of
 * the same sizes. It holds for any distribution.
 *
 * Up to 600 rows every row is dealt. Beyond, about 40 rows on each side are, because in a heavy tail few rows make the integral; between
 * them the gap is a Brownian bridge. On sketches, whose values stand for several rows, it is a bridge throughout. There are at most
 * 999 rounds; 50 that reach the observed integral end them, or 199 of which none comes near. When fewer than 10 reach it, the tail is
 * continued by the mean excess of its upper twentieth, so that p can be smaller than 1/1000.
 *
 * @param steps - both samples
 * @param integral - the weights of the integral
 * @param observed - its value, from 0
 * @param isExact - whether every weight of the samples is a count of rows
 * @returns a probability, (0, 1]; the same for the same input, because the random numbers are fixed
 * Source: Fisher 1935; Besag & Clifford 1991; checked by the null proofs with continuous, heavy-tailed and tied values.
 *
 * @example
 * const steps = ecdfSteps(weigh([1, 2, 3]), weigh([4, 5, 6]));
 * permutationPValue(steps, { weights: widths(steps), power: 1 }, 0, true);
 * // 1
 */
export function permutationPValue(steps: EcdfSteps, integral: GapIntegral, observed: number, isExact: boolean): number {
  if (!(observed > 0)) return 1;
  const dealer = new Dealer(steps, integral, isExact, hash32(String(observed)));
  const least = observed * (1 - ROUNDING);
  const drawn: number[] = [];
  let reached = 0;
  while (drawn.length < MOST_ROUNDS) {
    const value = dealer.round();
    drawn.push(value);
    if (value >= least && ++reached >= ENOUGH_REACHED) return reached / drawn.length;
    if (drawn.length === FIRST_ROUNDS && reached === 0) {
      const pValue = tailPValue(drawn, observed);
      if (pValue < NOT_NEAR) return pValue;
    }
  }
  const share = (reached + 1) / (MOST_ROUNDS + 1);
  return reached >= FEW_REACHED ? share : Math.min(share, tailPValue(drawn, observed));
}

/** Exponential continuation of the simulated tail: TAIL_SHARE·exp(−(x − q)/β), β the mean excess over q. */
function tailPValue(drawn: readonly number[], observed: number): number {
  const largest = [...drawn].sort((a, b) => b - a);
  const count = Math.floor(TAIL_SHARE * largest.length);
  const start = largest[count] as number;
  const excess = largest.slice(0, count).reduce((sum, value) => sum + value - start, 0) / count;
  return excess > 0 ? Math.max(Number.MIN_VALUE, TAIL_SHARE * Math.exp(-(observed - start) / excess)) : 1;
}

/** Rows dealt from one end: how many went to each sample, and the integral over their steps. */
interface Dealt {
  readonly reference: number;
  readonly current: number;
  readonly sum: number;
}

class Dealer {
  readonly #steps: EcdfSteps;
  readonly #integral: GapIntegral;
  readonly #uniforms = randomPool().uniforms;
  /** Steps below `left`, and from `right` on, are dealt row by row. */
  readonly #left: number;
  readonly #right: number;
  readonly #middle: BridgeIntegral;
  /** Place in the pool of random numbers; other data start elsewhere, so that errors of two tests are independent. */
  #next: number;

  constructor(steps: EcdfSteps, integral: GapIntegral, isExact: boolean, seed: number) {
    this.#steps = steps;
    this.#integral = integral;
    this.#next = seed;
    const rows = steps.nReference + steps.nCurrent;
    const outer = isExact ? (rows <= ALL_ROWS ? rows : OUTER_ROWS) : 0;
    this.#left = countSteps(steps, outer, 0, 1);
    const above = countSteps(steps, outer, steps.values.length - 1, -1);
    this.#right = Math.max(this.#left, steps.values.length - above);
    this.#middle = new BridgeIntegral(steps, integral, { from: this.#left, to: this.#right }, seed);
  }

  /** The integral of one random deal. */
  round(): number {
    const { nReference: n, nCurrent: m, values } = this.#steps;
    const low = this.#deal(0, this.#left, n, m);
    const high = this.#deal(values.length - 1, this.#right - 1, n - low.reference, m - low.current);
    return low.sum + high.sum + this.#middle.draw(low, high);
  }

  /** Deals the rows of the steps from `from` to before `to`, upwards or downwards, to the rows left of both samples. */
  #deal(from: number, to: number, leftReference: number, leftCurrent: number): Dealt {
    const { reference, current, nReference: n, nCurrent: m } = this.#steps;
    const { weights, power } = this.#integral;
    const uniforms = this.#uniforms;
    const [isUpwards, isAbsolute] = [from < to, power === 1];
    let [left, ofReference, sum, gap, next] = [leftReference + leftCurrent, leftReference, 0, 0, this.#next];
    for (let i = from; i !== to; i += isUpwards ? 1 : -1) {
      const weight = weights[i] as number;
      // From above, the gap after a step is minus that of the rows beyond it.
      if (!isUpwards) sum += weight * (isAbsolute ? Math.abs(gap) : gap * gap);
      for (let rows = (reference[i] as number) + (current[i] as number); rows > 0; rows--) {
        // Without a branch, because the processor could not predict it.
        ofReference -= Number((uniforms[next++ & RANDOM_POOL_MASK] as number) * left < ofReference);
        left--;
      }
      const dealt = leftReference - ofReference;
      gap = dealt / n - (leftReference + leftCurrent - left - dealt) / m;
      if (isUpwards) sum += weight * (isAbsolute ? Math.abs(gap) : gap * gap);
    }
    this.#next = next;
    const dealt = leftReference - ofReference;
    return { reference: dealt, current: leftReference + leftCurrent - left - dealt, sum };
  }
}

/** How many steps from one end hold at most this many rows. */
function countSteps(steps: EcdfSteps, rows: number, from: number, direction: 1 | -1): number {
  let [count, left] = [0, rows];
  for (let i = from; i >= 0 && i < steps.values.length; i += direction) {
    left -= (steps.reference[i] as number) + (steps.current[i] as number);
    if (left < 0) break;
    count++;
  }
  return count;
}
