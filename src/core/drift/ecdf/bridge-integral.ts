import type { EcdfSteps, GapIntegral } from './ecdf-steps.ts';
import { RANDOM_POOL_MASK, randomPool } from './random-pool.ts';

const MOST_GROUPS = 64;
/** Rounding may give one group more. */
const MOST_STEPS = MOST_GROUPS + 2;

/** Steps from `from` to before `to`. */
interface StepRange {
  readonly from: number;
  readonly to: number;
}

/** Rows of both samples that were dealt at one end of the steps. */
interface EndCounts {
  readonly reference: number;
  readonly current: number;
}

/**
 * The integral of the gap over the middle steps when their rows are dealt to both samples at random: given both ends, the gap is a
 * straight line between them plus a Brownian bridge with the variance of the hypergeometric distribution.
 *
 * Neighboring steps are grouped, at most 64 groups of equal numbers of rows; the weights of a group are put at their mean place.
 */
export class BridgeIntegral {
  readonly #steps: EcdfSteps;
  readonly #power: 1 | 2;
  readonly #normals = randomPool().normals;
  /** By group: the sum of its weights, its place in [0, 1], and the bridge's step to it: B ← keep·B + spread·z. */
  readonly #weights = new Float64Array(MOST_STEPS);
  readonly #places = new Float64Array(MOST_STEPS);
  readonly #keep = new Float64Array(MOST_STEPS);
  readonly #spread = new Float64Array(MOST_STEPS);
  #groups = 0;

  /** Place in the pool of random numbers. */
  #next: number;

  /**
   * @param middle - the middle steps: its first, and the one after its last
   * @param seed - first place in the pool of random numbers
   */
  constructor(steps: EcdfSteps, integral: GapIntegral, middle: StepRange, seed: number) {
    this.#next = seed;
    this.#steps = steps;
    this.#power = integral.power;
    this.#group(integral.weights, middle);
    let place = 0;
    for (let g = 0; g < this.#groups; g++) {
      const next = this.#places[g] as number;
      this.#keep[g] = place < 1 ? (1 - next) / (1 - place) : 0;
      this.#spread[g] = place < 1 ? Math.sqrt(Math.max(0, ((next - place) * (1 - next)) / (1 - place))) : 0;
      place = next;
    }
  }

  /** One draw, given the rows dealt below and above. */
  draw(low: EndCounts, high: EndCounts): number {
    const weights = this.#weights;
    const places = this.#places;
    const keep = this.#keep;
    const spread = this.#spread;
    const normals = this.#normals;
    const groups = this.#groups;
    if (groups === 0) return 0;
    const { nReference: n, nCurrent: m } = this.#steps;
    const start = low.reference / n - low.current / m;
    const slope = high.current / m - high.reference / n - start;
    const r = n - low.reference - high.reference;
    const c = m - low.current - high.current;
    const scale = (1 / n + 1 / m) * Math.sqrt((r * c) / Math.max(1, r + c - 1));
    const isAbsolute = this.#power === 1;
    let [bridge, sum, next] = [0, 0, this.#next];
    for (let g = 0; g < groups; g++) {
      bridge = (keep[g] as number) * bridge + (spread[g] as number) * (normals[next++ & RANDOM_POOL_MASK] as number);
      const gap = start + slope * (places[g] as number) + scale * bridge;
      sum += (weights[g] as number) * (isAbsolute ? Math.abs(gap) : gap * gap);
    }
    this.#next = next;
    return sum;
  }

  #group(weights: Float64Array, { from: left, to: right }: StepRange): void {
    const { reference, current } = this.#steps;
    const rowsAt = (i: number) => (reference[i] as number) + (current[i] as number);
    let all = 0;
    for (let i = left; i < right; i++) all += rowsAt(i);
    let [below, weight, moment, limit] = [0, 0, 0, all / MOST_GROUPS];
    for (let i = left; i < right; i++) {
      below += rowsAt(i);
      weight += weights[i] as number;
      moment += (weights[i] as number) * below;
      if (below < limit && i < right - 1 && right - left > MOST_GROUPS) continue;
      this.#weights[this.#groups] = weight;
      this.#places[this.#groups++] = weight > 0 ? moment / weight / all : below / all;
      [weight, moment, limit] = [0, 0, below + all / MOST_GROUPS];
    }
  }
}
