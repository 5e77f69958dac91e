/** Bytes that wait to be parsed, in one buffer that grows by doubling, so that the cost of a chunk does not depend on how many wait. */
export class PendingBytes {
  readonly #book: ((bytes: number) => void) | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #fill = 0;

  /** @param book - told how many bytes more the buffer takes */
  constructor(book?: (bytes: number) => void) {
    this.#book = book;
  }

  get length(): number {
    return this.#fill;
  }

  /** All bytes; valid until the next `append` or `drop`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#fill);
  }

  append(chunk: Uint8Array): void {
    const fill = this.#fill + chunk.length;
    if (fill > this.#buffer.length) {
      const length = Math.max(fill, 2 * this.#buffer.length);
      this.#book?.(length - this.#buffer.length);
      const grown = Buffer.allocUnsafeSlow(length);
      this.#buffer.copy(grown, 0, 0, this.#fill);
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#fill);
    this.#fill = fill;
  }

  /** Removes the first `count` bytes. */
  drop(count: number): void {
    if (count === 0) return;
    this.#buffer.copyWithin(0, count, this.#fill);
    this.#fill -= count;
  }
}
