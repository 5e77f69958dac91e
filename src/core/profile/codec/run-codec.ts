import { type ByteReader, type ByteWriter, corrupt } from './bytes.ts';

const POWERS_OF_TEN = [1, 10, 100, 1_000, 10_000] as const;
/** Scaled values stay below it, so that the difference of two is exact. */
const LARGEST_SCALED = 2 ** 51;
const RAW = POWERS_OF_TEN.length;

/**
 * The fewest decimals d ≤ 4 with which every value is exactly i/10^d, |i| < 2^51; else 5, which means raw.
 *
 * @example runScaleOf([Float64Array.of(1.25, 3)]) // 2
 */
export function runScaleOf(runs: readonly Float64Array[]): number {
  const scale = POWERS_OF_TEN.findIndex((power) => runs.every((run) => run.every((value) => isScaled(value, power))));
  return scale === -1 ? RAW : scale;
}

function isScaled(value: number, power: number): boolean {
  const scaled = Math.round(value * power);
  return scaled / power === value && scaled < LARGEST_SCALED && scaled > -LARGEST_SCALED;
}

/** Writes an ascending run: length, the first scaled integer, then the differences; float64 where no scale fits. */
export function writeRun(out: ByteWriter, run: Float64Array, scale: number): void {
  out.varint(run.length);
  if (scale === RAW) {
    for (let i = 0; i < run.length; i++) out.float(run[i] as number);
    return;
  }
  const power = POWERS_OF_TEN[scale] as number;
  let before = 0;
  for (let i = 0; i < run.length; i++) {
    const scaled = Math.round((run[i] as number) * power);
    if (i === 0) out.zigzag(scaled);
    else out.varint(scaled - before);
    before = scaled;
  }
}

/** Reads what `writeRun` wrote. @throws RangeError when the bytes are not an ascending run of this scale */
export function readRun(from: ByteReader, scale: number): Float64Array {
  if (scale > RAW) throw corrupt(`scale ${scale}`);
  const run = new Float64Array(from.count(scale === RAW ? 8 : 1));
  return scale === RAW ? readRaw(from, run) : readScaled(from, run, POWERS_OF_TEN[scale] as number);
}

function readRaw(from: ByteReader, run: Float64Array): Float64Array {
  for (let i = 0; i < run.length; i++) {
    run[i] = from.float();
    if (i > 0 && (run[i] as number) < (run[i - 1] as number)) throw corrupt('values are not in order');
  }
  return run;
}

function readScaled(from: ByteReader, run: Float64Array, power: number): Float64Array {
  let scaled = 0;
  for (let i = 0; i < run.length; i++) {
    scaled += i === 0 ? from.zigzag() : from.varint();
    if (scaled >= LARGEST_SCALED || scaled <= -LARGEST_SCALED) throw corrupt('a value is too large');
    run[i] = scaled / power;
  }
  return run;
}
