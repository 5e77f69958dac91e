const MAX_VARINT_BYTES = 8;

/** Writes numbers and texts to a buffer that grows by doubling. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #encoder = new TextEncoder();

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** An integer, [0, 2^53), 7 bits a byte, low bits first. */
  varint(value: number): void {
    this.#reserve(MAX_VARINT_BYTES);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** An integer of either sign, as 2i or −2i − 1; |i| < 2^52. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  block(block: Uint8Array): void {
    this.#reserve(block.length);
    this.#bytes.set(block, this.#at);
    this.#at += block.length;
  }

  text(text: string): void {
    const encoded = this.#encoder.encode(text);
    this.varint(encoded.length);
    this.block(encoded);
  }

  /** Makes room for `count` more bytes. */
  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what ByteWriter wrote; every wrong or missing byte is a RangeError. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw corrupt('it ends too early');
    this.#at++;
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER || (byte === 0 && i > 0)) break;
        return value;
      }
      scale *= 0x80;
    }
    throw corrupt('a number is not well formed');
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** A count of items of at least `bytesEach` bytes; a count that cannot fit is refused before anything is allocated. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.left) throw corrupt(`${count} items do not fit`);
    return count;
  }

  /** A finite number. */
  float(): number {
    if (this.left < 8) throw corrupt('it ends too early');
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    if (value - value !== 0) throw corrupt('a number is not finite');
    return value;
  }

  block(length: number): Uint8Array {
    if (this.left < length) throw corrupt('it ends too early');
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  text(): string {
    const length = this.count(1);
    const encoded = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    try {
      return this.#decoder.decode(encoded);
    } catch {
      throw corrupt('a text is not UTF-8');
    }
  }
}

/** The error for bytes that are not a profile. */
export function corrupt(why: string): RangeError {
  return new RangeError(`decodeProfile: the bytes are not a profile: ${why}`);
}
