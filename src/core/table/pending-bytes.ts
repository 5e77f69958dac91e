/** Bytes that wait to be parsed, in one buffer that grows by doubling, so that the cost of a chunk does not depend on how many wait. */
export class PendingBytes {
  #buffer: Buffer = Buffer.alloc(0);
  #fill = 0;

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
      const grown = Buffer.allocUnsafeSlow(Math.max(fill, 2 * this.#buffer.length));
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
