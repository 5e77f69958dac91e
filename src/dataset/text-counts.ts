import { CategoryCounts } from '../profile/counts.ts';

const FEWEST_SLOTS = 32;
const MOST_CACHED = 2_048;

/** What a text stands for. */
const [NAME, MISSING, INFINITE] = [0, 1, 2] as const;
const MISSING_TEXT = /^(|#?n\/?a|-?nan|null|none|<na>)$/i;
const INFINITE_TEXT = /^[+-]?inf(inity)?$/i;

interface Cached {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly hash: number;
  readonly meaning: number;
  count: number;
}

/**
 * Counts the texts of a column by their bytes: a string is made once for each of the first 2,048 distinct ones, not for every cell.
 * Empty cells, NA, NaN, null and their like are missing; Inf and its like are infinite, which no test can compare: missing too.
 */
export class TextCounts {
  /** Open addressing; at most half of the places are taken, a power of two of them. */
  private slots: (Cached | undefined)[] = new Array(FEWEST_SLOTS).fill(undefined);
  private readonly beyond = new CategoryCounts();
  private cached = 0;
  private infiniteBeyond = 0;
  /** Names seen, missing and infinite ones left out. */
  names = 0;

  /** @returns false when the bytes are not UTF-8 */
  addBytes(bytes: Uint8Array, start: number, end: number): boolean {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let known = this.slots[slot]; known !== undefined; known = this.slots[slot]) {
      if (known.hash === hash && isSame(known.bytes, bytes, start, end)) {
        known.count++;
        if (known.meaning === NAME) this.names++;
        return true;
      }
      slot = (slot + 1) & mask;
    }
    const text = decode(bytes, start, end);
    if (text === undefined) return false;
    if (this.cached === MOST_CACHED) this.addText(text);
    else this.keep({ text, bytes: bytes.slice(start, end), hash, meaning: meaningOf(text), count: 1 }, slot);
    return true;
  }

  addText(text: string): void {
    const meaning = meaningOf(text);
    if (meaning === INFINITE) this.infiniteBeyond++;
    if (meaning === NAME) {
      this.names++;
      this.beyond.add(text);
    }
  }

  /** The names that were counted. */
  categories(): CategoryCounts {
    const counts = this.beyond.clone();
    for (const { text, count } of this.entries(NAME)) counts.add(text, count);
    return counts;
  }

  get infinite(): number {
    return this.entries(INFINITE).reduce((sum, { count }) => sum + count, this.infiniteBeyond);
  }

  private keep(entry: Cached, slot: number): void {
    this.slots[slot] = entry;
    if (entry.meaning === NAME) this.names++;
    if (2 * ++this.cached > this.slots.length) this.grow();
  }

  private grow(): void {
    const entries = this.slots;
    const mask = 2 * entries.length - 1;
    this.slots = new Array(mask + 1).fill(undefined);
    for (const entry of entries) {
      if (entry === undefined) continue;
      let slot = entry.hash & mask;
      while (this.slots[slot] !== undefined) slot = (slot + 1) & mask;
      this.slots[slot] = entry;
    }
  }

  private entries(meaning: number): Cached[] {
    return this.slots.filter((slot): slot is Cached => slot?.meaning === meaning);
  }
}

function meaningOf(text: string): number {
  if (text.length > 9) return NAME;
  return MISSING_TEXT.test(text) ? MISSING : INFINITE_TEXT.test(text) ? INFINITE : NAME;
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns undefined when the bytes are not UTF-8 */
export function decode(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}
