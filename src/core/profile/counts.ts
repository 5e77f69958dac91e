import { hash32 } from '../stats/hash.ts';
import { HyperLogLog } from './hll.ts';

/** Most categories that keep their names. */
export const MAX_CATEGORIES = 1_000;
const MAX_NAME_LENGTH = 200;
/** Beyond the cap, a feature whose cardinality exceeds this share of n holds identifiers and keeps no names. */
const IDENTIFIER_SHARE = 0.9;
const NOT_STORABLE = /[\0\p{Cs}]/gu;

/** The parts of the counts that the codec writes; `distinct` only after the cap was exceeded. */
interface CountsState {
  readonly counts: Map<string, number>;
  readonly other: number;
  readonly distinct: HyperLogLog | undefined;
}

/**
 * Counts per category: exact up to 1,000 categories, independent of order and merges.
 *
 * Beyond that, the 1,000 most frequent so far (ties by name) keep their names, the rest are counted in `other`, and a
 * HyperLogLog estimates how many there are (standard error 2.3 %). If nearly every value is distinct, no name is kept.
 * While values are added, up to 2,000 names are held. Counts that were restored keep all their names until more values come.
 *
 * A name longer than 200 UTF-16 units is cut and ends in `…#` and 8 hex digits of its hash; NUL and lone surrogates
 * become U+FFFD.
 *
 * @example const c = new CategoryCounts(); c.add('USD'); c.add('EUR', 2); c.counts.get('EUR') // 2
 */
export class CategoryCounts {
  #total = 0;
  #unnamed = 0;
  #tallies = new Map<string, number>();
  #distinct: HyperLogLog | undefined;
  #namesDropped = false;
  #settledAt = 0;
  #reviewAt = 0;

  static restore(state: CountsState): CategoryCounts {
    const restored = new CategoryCounts();
    restored.#tallies = state.counts;
    restored.#unnamed = state.other;
    restored.#distinct = state.distinct;
    restored.#namesDropped = state.distinct !== undefined && state.counts.size === 0;
    for (const tally of state.counts.values()) restored.#total += tally;
    restored.#total += state.other;
    restored.#settledAt = restored.#total;
    restored.#reviewAt = 2 * restored.#total;
    return restored;
  }

  /** The parts that `restore` takes. Read only. */
  state(): CountsState {
    this.#settle();
    return { counts: this.#tallies, other: this.#unnamed, distinct: this.#distinct };
  }

  /** Number of values seen. */
  get n(): number {
    return this.#total;
  }

  /** At most 1,000 categories with their counts. */
  get counts(): ReadonlyMap<string, number> {
    return this.state().counts;
  }

  /** Number of values whose category has no name: n − Σ counts. */
  get other(): number {
    return this.state().other;
  }

  /** Whether every category is named; always true up to 1,000 of them. */
  get isExact(): boolean {
    return this.state().distinct === undefined;
  }

  /** Number of distinct categories: exact, or estimated beyond the cap. */
  cardinality(): number {
    const { counts, distinct } = this.state();
    return distinct === undefined ? counts.size : this.#estimate(distinct);
  }

  /**
   * Adds `count` values of a category.
   *
   * @throws RangeError when count is not an integer ≥ 1
   */
  add(value: string, count = 1): void {
    if (!(Number.isSafeInteger(count) && count >= 1)) {
      throw new RangeError(`CategoryCounts.add: count must be an integer >= 1, got ${count}`);
    }
    this.#total += count;
    const tally = this.#tallies.get(value);
    if (tally === undefined) this.#addUnseen(storable(value), count);
    else this.#tallies.set(value, tally + count);
  }

  /** Merges other counts into these; the others are not changed. */
  merge(other: CategoryCounts): void {
    const merged = other.state();
    if (merged.distinct !== undefined) {
      this.#distinct ??= distinctOf(this.#tallies);
      this.#distinct.merge(merged.distinct);
    }
    this.#unnamed += merged.other;
    this.#total += merged.other;
    for (const [name, tally] of merged.counts) {
      this.#total += tally;
      this.#addUnseen(name, tally);
    }
  }

  clone(): CategoryCounts {
    const { counts, other, distinct } = this.state();
    return CategoryCounts.restore({ counts: new Map(counts), other, distinct: distinct?.clone() });
  }

  #addUnseen(name: string, count: number): void {
    this.#distinct?.add(name);
    if (this.#namesDropped) this.#unnamed += count;
    else this.#tallies.set(name, (this.#tallies.get(name) ?? 0) + count);
    if (this.#tallies.size > 2 * MAX_CATEGORIES || (this.#namesDropped && this.#total >= this.#reviewAt)) this.#prune();
  }

  #settle(): void {
    if (this.#settledAt === this.#total) return;
    if (this.#tallies.size > MAX_CATEGORIES || this.#distinct !== undefined) this.#prune();
    this.#settledAt = this.#total;
  }

  #estimate(distinct: HyperLogLog): number {
    return Math.max(this.#tallies.size, Math.min(this.#total, Math.round(distinct.estimate())));
  }

  #prune(): void {
    this.#distinct ??= distinctOf(this.#tallies);
    this.#namesDropped = this.#estimate(this.#distinct) > IDENTIFIER_SHARE * this.#total;
    this.#reviewAt = 2 * this.#total;
    if (!this.#namesDropped && this.#tallies.size <= MAX_CATEGORIES) return;
    const kept = this.#namesDropped ? [] : mostFrequent(this.#tallies);
    this.#tallies = new Map(kept);
    this.#unnamed = this.#total;
    for (const [, tally] of kept) this.#unnamed -= tally;
  }
}

function mostFrequent(tallies: Map<string, number>): [string, number][] {
  const ranked = [...tallies].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ranked.slice(0, MAX_CATEGORIES);
}

function distinctOf(tallies: Map<string, number>): HyperLogLog {
  const distinct = new HyperLogLog();
  for (const name of tallies.keys()) distinct.add(name);
  return distinct;
}

/**
 * The name as every store can hold it: at most 200 UTF-16 units, without NUL and lone surrogates.
 *
 * @example storable('USD') // 'USD'
 */
export function storable(value: string): string {
  const name =
    value.length <= MAX_NAME_LENGTH
      ? value
      : `${value.slice(0, MAX_NAME_LENGTH - 10)}…#${hash32(value).toString(16).padStart(8, '0')}`;
  return name.replace(NOT_STORABLE, '\uFFFD');
}
