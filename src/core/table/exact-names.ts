import { CategoryCounts, MAX_CATEGORIES, storable } from '../profile/counts.ts';
import { type ExactRoom, MOST_EXACT_VALUES } from './exact-numbers.ts';

/** Values that a name takes of the room: a name is a string. */
const ROOM_OF_A_NAME = 8;
/** Before so many names, too few values have come to tell. */
const FIRST_REVIEW = 20_000;
/** Where nearly every value is distinct, names are identifiers, which nothing compares. */
const IDENTIFIER_SHARE = 0.9;

/** The names of a column with their counts: all of them, or as `CategoryCounts` keeps them once they are too many or nearly all differ. */
export class ExactNames {
  readonly #room: ExactRoom;
  #exact: Map<string, number> | undefined = new Map();
  #total = 0;
  #reviewAt = FIRST_REVIEW;
  readonly #capped = new CategoryCounts();

  constructor(room: ExactRoom) {
    this.#room = room;
  }

  add(text: string): void {
    if (this.#exact === undefined) {
      this.#capped.add(text);
      return;
    }
    this.#total++;
    const count = this.#exact.get(text);
    if (count !== undefined) this.#exact.set(text, count + 1);
    else this.#addNew(this.#exact, storable(text));
    if (this.#total > MOST_EXACT_VALUES) this.#cap();
  }

  /** All names with their counts; `known` were counted elsewhere. */
  join(known: readonly (readonly [name: string, count: number])[]): CategoryCounts {
    if (this.#exact !== undefined) return countsOf(known, this.#exact);
    const counts = this.#capped.clone();
    for (const [name, count] of known) counts.add(name, count);
    return counts;
  }

  #addNew(exact: Map<string, number>, name: string): void {
    exact.set(name, (exact.get(name) ?? 0) + 1);
    if (exact.size >= this.#reviewAt) {
      this.#reviewAt *= 2;
      if (exact.size > IDENTIFIER_SHARE * this.#total) this.#cap();
    }
    if (this.#exact !== undefined && !this.#room.take(ROOM_OF_A_NAME)) this.#cap();
  }

  #cap(): void {
    for (const [name, count] of this.#exact ?? []) this.#capped.add(name, count);
    this.#exact = undefined;
  }
}

/**
 * Names with their counts, all of them kept while there are at most 100,000 values that do not nearly all differ.
 *
 * @param parts - names may come in several
 * @example countsOf([['a', 2]], [['a', 1], ['b', 1]]).counts.get('a') // 3
 */
export function countsOf(...parts: readonly Iterable<readonly [name: string, count: number]>[]): CategoryCounts {
  const names = new Map<string, number>();
  let total = 0;
  for (const part of parts) {
    for (const [text, count] of part) {
      const name = storable(text);
      names.set(name, (names.get(name) ?? 0) + count);
      total += count;
    }
  }
  const isKept = total <= MOST_EXACT_VALUES && names.size <= IDENTIFIER_SHARE * total;
  if (isKept || names.size <= MAX_CATEGORIES)
    return CategoryCounts.restore({ counts: names, other: 0, distinct: undefined });
  const counts = new CategoryCounts();
  for (const [name, count] of names) counts.add(name, count);
  return counts;
}
