const SHORTEST = 16;
const LONGEST = 4_096;
/** Longer buckets use the engine's sort, because insertion is quadratic. */
const LONGEST_INSERTED = 32;

const ends = new Int32Array(LONGEST + 1);
const scratch = new Float64Array(LONGEST);

/**
 * Sorts finite values in place, ascending: the result of `run.sort()`, in a third of the time where values are spread evenly.
 *
 * It uses as many buckets as values, of equal width between minimum and maximum, and sorts each bucket by insertion. Runs of fewer
 * than 16 or more than 4,096 values, and crowded buckets, use `sort`, so that no input costs much more than `sort` alone.
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
  // The range may exceed the largest double, or be too narrow for a finite scale.
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
