import { drawNormal } from '../../stats/draw-normal.ts';
import { seededRng } from '../../stats/rng.ts';

/** A power of two, large enough that the rounds of one test hardly repeat. */
const SIZE = 1 << 17;

/** Wraps an index around. */
export const RANDOM_POOL_MASK = SIZE - 1;

interface RandomPool {
  readonly uniforms: Float64Array;
  readonly normals: Float64Array;
}

let pool: RandomPool | undefined;

/** Random numbers from a fixed seed, made once: every test reads from them, so that a comparison is cheap and reproducible. */
export function randomPool(): RandomPool {
  if (pool !== undefined) return pool;
  const rng = seededRng('permutation null');
  const uniforms = Float64Array.from({ length: SIZE }, () => rng.next());
  const normals = Float64Array.from({ length: SIZE }, () => drawNormal(rng));
  pool = { uniforms, normals };
  return pool;
}
