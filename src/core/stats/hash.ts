const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/**
 * The 32-bit MurmurHash3 (x86) of a text.
 *
 * It hashes the text's UTF-16 code units, little-endian, without an encoder: the result equals that of the reference
 * implementation on `Buffer.from(text, 'utf16le')`. Not for secrets.
 *
 * @param text - any string, lone surrogates included
 * @param seed - an unsigned 32-bit integer
 * @returns an unsigned 32-bit integer, [0, 2³²)
 * Source: A. Appleby, MurmurHash3_x86_32, public domain; checked against its C code in test/golden/scipy.json.
 *
 * @example hash32('amount') // 4223426418
 */
export function hash32(text: string, seed = 0): number {
  const { length } = text;
  let hash = seed | 0;
  for (let i = 0; i + 1 < length; i += 2) {
    hash ^= scramble(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if (length % 2 === 1) hash ^= scramble(text.charCodeAt(length - 1));
  return avalanche(hash ^ (2 * length));
}

function scramble(block: number): number {
  const mixed = Math.imul(block, C1);
  return Math.imul((mixed << 15) | (mixed >>> 17), C2);
}

function avalanche(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
