import { hash32 } from '../stats/hash.ts';

/**
 * The seed of a stream's profile in one bucket, so that the same events give the same bytes.
 *
 * @param streamId - number of the stream
 * @param bucketMs - start of the bucket, milliseconds since the Unix epoch
 * @returns an unsigned 32-bit integer
 * @example seedOf(1, 0) === seedOf(1, 0) // true
 */
export function seedOf(streamId: number, bucketMs: number): number {
  return hash32(`${streamId}:${bucketMs}`);
}
