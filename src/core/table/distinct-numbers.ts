import { MAX_CATEGORIES } from '../profile/counts.ts';

const FEWEST_SLOTS = 32;

/**
 * Counts of the first 1,000 distinct numbers, and one count of all others. A column of few distinct numbers is categorical, which is
 * known only after all of it is read.
 */
export class DistinctNumbers {
  /** Open addressing: a power of two of slots, at most half of them used. */
  #keys = new Float64Array(FEWEST_SLOTS);
  #counts = new Float64Array(FEWEST_SLOTS);
  readonly #words: Int32Array;
  readonly #one = new Float64Array(1);
  #known = 0;
  /** Numbers beyond the first 1,000 distinct ones. */
  other = 0;

  constructor() {
    this.#words = new Int32Array(this.#one.buffer);
  }

  /** @param x - finite */
  add(x: number): void {
    const slot = this.#slotOf(x);
    const count = this.#counts[slot] as number;
    if (count === 0) this.#addNew(x, slot);
    else this.#counts[slot] = count + 1;
  }

  #addNew(x: number, slot: number): void {
    if (this.#known === MAX_CATEGORIES) {
      this.other++;
      return;
    }
    this.#known++;
    this.#keys[slot] = x;
    this.#counts[slot] = 1;
    if (2 * this.#known > this.#keys.length) this.#grow();
  }

  /** The slot of x, or the empty one where it would go. */
  #slotOf(x: number): number {
    this.#one[0] = x;
    const mask = this.#keys.length - 1;
    let slot = scatter((this.#words[0] as number) ^ Math.imul(this.#words[1] as number, 0x9e3779b1)) & mask;
    while (this.#counts[slot] !== 0 && this.#keys[slot] !== x) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    this.#keys = new Float64Array(2 * keys.length);
    this.#counts = new Float64Array(2 * keys.length);
    for (let old = 0; old < keys.length; old++) {
      if (counts[old] === 0) continue;
      const slot = this.#slotOf(keys[old] as number);
      this.#keys[slot] = keys[old] as number;
      this.#counts[slot] = counts[old] as number;
    }
  }

  /** Value and count, ascending by value. */
  entries(): [number, number][] {
    const entries: [number, number][] = [];
    for (let slot = 0; slot < this.#keys.length; slot++) {
      if (this.#counts[slot] !== 0) entries.push([this.#keys[slot] as number, this.#counts[slot] as number]);
    }
    return entries.sort(([a], [b]) => a - b);
  }
}

function scatter(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
