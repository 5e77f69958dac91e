import { hash32 } from './hash.ts';

/** A seeded source of uniform random numbers: the same seed gives the same numbers. */
export interface Rng {
  /** Uniform on [0, 1) in steps of 2⁻⁵³. */
  next(): number;
  /** Uniform on the integers [0, 2³²). */
  nextUint32(): number;
}

/**
 * A seeded generator: sfc32, four words of state, period at least 2³².
 *
 * @param seed - any text, or any number (all 64 bits count, so 0, -0, 2³² and 0.5 differ)
 * @returns an Rng whose output depends only on the seed
 * Source: C. Doty-Humphrey, PractRand (sfc32); the words are seeded by MurmurHash3 and the first 12 outputs dropped.
 *
 * @example seededRng('drift').nextUint32() === seededRng('drift').nextUint32() // true
 */
export function seededRng(seed: string | number): Rng {
  const state = new Int32Array(seedWords(seed));
  for (let i = 0; i < 12; i++) step(state);
  return {
    nextUint32: () => step(state),
    next: () => ((step(state) >>> 5) * 67_108_864 + (step(state) >>> 6)) / 9_007_199_254_740_992,
  };
}

/** A number is hashed as the text of its 64 bits. */
function seedWords(seed: string | number): number[] {
  const text = typeof seed === 'string' ? `s${seed}` : `n${new Uint32Array(new Float64Array([seed]).buffer).join(' ')}`;
  return [hash32(text, 1), hash32(text, 2), hash32(text, 3), 1];
}

/** One step of sfc32; the fourth word is the counter. */
function step(s: Int32Array): number {
  const [a = 0, b = 0, c = 0, counter = 0] = s;
  const out = (a + b + counter) | 0;
  s[0] = b ^ (b >>> 9);
  s[1] = (c + (c << 3)) | 0;
  s[2] = (((c << 21) | (c >>> 11)) + out) | 0;
  s[3] = (counter + 1) | 0;
  return out >>> 0;
}
