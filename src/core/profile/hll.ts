import { hash32 } from '../stats/hash.ts';

const INDEX_BITS = 11;
const RANK_BITS = 32 - INDEX_BITS;
/** Number of registers of a sketch. */
export const REGISTERS = 1 << INDEX_BITS;
/** Largest value of a register. */
export const HIGHEST_RANK = RANK_BITS + 1;
const ALPHA_INFINITY = 1 / (2 * Math.LN2);

/**
 * HyperLogLog: estimates the number of distinct texts in 2,048 bytes; merges by the maximum of each register.
 *
 * Resolution: standard error 1.04/√2048 = 2.3 %. Source: Flajolet et al. 2007; estimator by Ertl 2017
 * (arXiv:1702.01284), which needs no bias tables. Checked against true counts from 0 to 1,000,000.
 *
 * @example const h = new HyperLogLog(); h.add('a'); h.add('b'); h.add('a'); Math.round(h.estimate()) // 2
 */
export class HyperLogLog {
  readonly registers: Uint8Array;

  /** @param registers - 2,048 ranks, 0 … 22; the sketch takes ownership */
  constructor(registers: Uint8Array = new Uint8Array(REGISTERS)) {
    this.registers = registers;
  }

  add(text: string): void {
    const hash = hash32(text);
    const register = hash >>> RANK_BITS;
    const rank = Math.min(Math.clz32(hash << INDEX_BITS), RANK_BITS) + 1;
    if (rank > (this.registers[register] as number)) this.registers[register] = rank;
  }

  merge(other: HyperLogLog): void {
    for (let i = 0; i < REGISTERS; i++) {
      if ((other.registers[i] as number) > (this.registers[i] as number))
        this.registers[i] = other.registers[i] as number;
    }
  }

  clone(): HyperLogLog {
    return new HyperLogLog(this.registers.slice());
  }

  /** The estimated number of distinct texts, ≥ 0. */
  estimate(): number {
    const histogram = new Array<number>(HIGHEST_RANK + 1).fill(0);
    for (const rank of this.registers) histogram[rank] = (histogram[rank] as number) + 1;
    let z = REGISTERS * tau(1 - (histogram[HIGHEST_RANK] as number) / REGISTERS);
    for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + (histogram[rank] as number));
    z += REGISTERS * sigma((histogram[0] as number) / REGISTERS);
    return (ALPHA_INFINITY * REGISTERS * REGISTERS) / z;
  }
}

/** Ertl's σ(x) = x + Σ x^(2^k)·2^(k−1): the contribution of empty registers. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, y, sum, before] = [share, 1, share, -1];
  while (sum !== before) {
    x *= x;
    before = sum;
    sum += x * y;
    y += y;
  }
  return sum;
}

/** Ertl's τ(x) = (1 − x − Σ (1 − x^(2^−k))²·2^−k)/3: the contribution of saturated registers. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, sum, before] = [share, 1, 1 - share, -1];
  while (sum !== before) {
    x = Math.sqrt(x);
    before = sum;
    y *= 0.5;
    sum -= (1 - x) ** 2 * y;
  }
  return sum / 3;
}
