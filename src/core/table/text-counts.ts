import { isUtf8 } from 'node:buffer';
import type { CategoryCounts } from '../profile/counts.ts';
import { isInfinite, isMissing } from './cells/missing.ts';
import { ExactNames } from './exact-names.ts';
import type { ExactRoom } from './exact-numbers.ts';

const FEWEST_SLOTS = 32;
const MOST_CACHED = 2_048;
const LONGEST_CACHED_BYTES = 256;
const BYTES_AT_FIRST = 128;

/** The meaning of a text. */
const [NAME, MISSING, INFINITE] = [0, 1, 2] as const;
const NO_SLOT = new Int32Array(1);

/** Known texts in order of appearance; their bytes are stored one after the other. */
interface Known {
  readonly hashes: Int32Array;
  /** The bytes of text i end before `ends[i]` and begin at `ends[i − 1]`. */
  readonly ends: Int32Array;
  readonly meanings: Uint8Array;
  readonly counts: Float64Array;
}

/**
 * Counts the texts of a column by their bytes: a string is made once for each of the first 2,048 distinct ones, not for every cell.
 * Empty cells, NA, NaN, null and the like are missing; Inf and the like are infinite and count as missing, too.
 */
export class TextCounts {
  /** Open addressing, a power of two of slots, at most half of them used: number of the text + 1, or 0. */
  #slots: Int32Array = NO_SLOT;
  #known: Known = roomFor(0);
  #texts: string[] = [];
  #bytes = new Uint8Array(0);
  /** Texts that are not cached: long ones, and those after the first 2,048. */
  readonly #beyond: ExactNames;
  #infiniteBeyond = 0;
  /** Number of texts, without missing and infinite ones. */
  names = 0;

  constructor(room: ExactRoom) {
    this.#beyond = new ExactNames(room);
  }

  /** @returns false when the bytes are not UTF-8 */
  addBytes(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > LONGEST_CACHED_BYTES) return this.#addDecoded(decode(bytes, start, end));
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    hash ^= hash >>> 15;
    const [slots, known] = [this.#slots, this.#known];
    const mask = slots.length - 1;
    for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const text = (slots[slot] as number) - 1;
      if (known.hashes[text] !== hash || !this.#isText(text, bytes, start, end)) continue;
      known.counts[text] = (known.counts[text] as number) + 1;
      if (known.meanings[text] === NAME) this.names++;
      return true;
    }
    return this.#addUnknown(bytes, start, end, hash);
  }

  addText(text: string): void {
    const meaning = meaningOf(text);
    if (meaning === INFINITE) this.#infiniteBeyond++;
    if (meaning === NAME) {
      this.names++;
      this.#beyond.add(text);
    }
  }

  /** The names that were counted. */
  categories(): CategoryCounts {
    const known: [string, number][] = [];
    this.#texts.forEach((text, i) => {
      if (this.#known.meanings[i] === NAME) known.push([text, this.#known.counts[i] as number]);
    });
    return this.#beyond.join(known);
  }

  get infinite(): number {
    const { meanings, counts } = this.#known;
    return this.#texts.reduce(
      (sum, _, i) => sum + (meanings[i] === INFINITE ? (counts[i] as number) : 0),
      this.#infiniteBeyond,
    );
  }

  #isText(text: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { ends } = this.#known;
    const from = text === 0 ? 0 : (ends[text - 1] as number);
    if ((ends[text] as number) - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (this.#bytes[j] !== bytes[i]) return false;
    return true;
  }

  #addUnknown(bytes: Uint8Array, start: number, end: number, hash: number): boolean {
    const text = decode(bytes, start, end);
    if (text === undefined || this.#texts.length === MOST_CACHED) return this.#addDecoded(text);
    if (2 * (this.#texts.length + 1) > this.#slots.length) this.#grow();
    const known = this.#known;
    const number = this.#texts.push(text) - 1;
    const meaning = meaningOf(text);
    if (meaning === NAME) this.names++;
    known.hashes[number] = hash;
    known.meanings[number] = meaning;
    known.counts[number] = 1;
    known.ends[number] = this.#keepBytes(number === 0 ? 0 : (known.ends[number - 1] as number), bytes, start, end);
    this.#place(number, hash);
    return true;
  }

  #addDecoded(text: string | undefined): boolean {
    if (text === undefined) return false;
    this.addText(text);
    return true;
  }

  /** @returns where they end */
  #keepBytes(at: number, bytes: Uint8Array, start: number, end: number): number {
    const next = at + end - start;
    if (next > this.#bytes.length)
      this.#bytes = grown(this.#bytes, new Uint8Array(Math.max(next, BYTES_AT_FIRST, 2 * this.#bytes.length)));
    this.#bytes.set(bytes.subarray(start, end), at);
    return next;
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #grow(): void {
    this.#slots = new Int32Array(Math.max(FEWEST_SLOTS, 2 * this.#slots.length));
    const room = roomFor(this.#slots.length / 2);
    this.#known = {
      hashes: grown(this.#known.hashes, room.hashes),
      ends: grown(this.#known.ends, room.ends),
      meanings: grown(this.#known.meanings, room.meanings),
      counts: grown(this.#known.counts, room.counts),
    };
    for (let number = 0; number < this.#texts.length; number++)
      this.#place(number, this.#known.hashes[number] as number);
  }
}

function roomFor(texts: number): Known {
  return {
    hashes: new Int32Array(texts),
    ends: new Int32Array(texts),
    meanings: new Uint8Array(texts),
    counts: new Float64Array(texts),
  };
}

function grown<T extends Int32Array | Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function meaningOf(text: string): number {
  if (isMissing(text)) return MISSING;
  return isInfinite(text) ? INFINITE : NAME;
}

/**
 * Decodes UTF-8.
 *
 * @param start - first byte
 * @param end - the byte after the last
 * @returns undefined when the bytes are not UTF-8
 * @example decode(Buffer.from('age'), 0, 3) // 'age'
 */
export function decode(bytes: Uint8Array, start: number, end: number): string | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const text = view.toString('utf8');
  return text.includes('\uFFFD') && !isUtf8(view) ? undefined : text;
}
