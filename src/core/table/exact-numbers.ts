import { KllSketch } from '../profile/kll.ts';
import { NO_VALUES } from '../profile/sorted-runs.ts';

/** A column of a table keeps every value up to this many; beyond, a sketch. */
export const MOST_EXACT_VALUES = 100_000;
const FEWEST_KEPT = 1_024;

/** How many values the columns of one table may still keep exactly: ten million, 80 MB. Columns that find no room keep sketches. */
export class ExactRoom {
  #left = 10_000_000;

  /** @returns whether there was room */
  take(count: number): boolean {
    if (count > this.#left) return false;
    this.#left -= count;
    return true;
  }

  giveBack(count: number): void {
    this.#left += count;
  }
}

/** The numbers of a column: all of them, or a sketch of them once they are too many. The same numbers give the same bytes. */
export class ExactNumbers {
  readonly #room: ExactRoom;
  readonly #seed: number;
  #values: Float64Array = NO_VALUES;
  #count = 0;
  #sketch: KllSketch | undefined;

  constructor(seed: number, room: ExactRoom) {
    this.#seed = seed;
    this.#room = room;
  }

  /** @param values - finite */
  addAll(values: Float64Array): void {
    if (this.#sketch === undefined && !this.#fits(values.length)) this.#startSketch();
    if (this.#sketch !== undefined) this.#sketch.addAll(values);
    else this.#values.set(values, this.#count);
    this.#count += values.length;
  }

  finish(): KllSketch {
    if (this.#sketch !== undefined) return this.#sketch;
    return KllSketch.fromLevels([this.#values.slice(0, this.#count).sort()], { seed: this.#seed });
  }

  #fits(more: number): boolean {
    const needed = this.#count + more;
    const { length } = this.#values;
    if (needed <= length) return true;
    if (needed > MOST_EXACT_VALUES) return false;
    const grown = Math.min(MOST_EXACT_VALUES, Math.max(FEWEST_KEPT, needed, 2 * length));
    if (!this.#room.take(grown - length)) return false;
    const values = new Float64Array(grown);
    values.set(this.#values.subarray(0, this.#count));
    this.#values = values;
    return true;
  }

  #startSketch(): void {
    this.#sketch = new KllSketch({ seed: this.#seed });
    this.#sketch.addAll(this.#values.subarray(0, this.#count));
    this.#room.giveBack(this.#values.length);
    this.#values = NO_VALUES;
  }
}
