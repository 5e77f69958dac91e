import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { forecastMean } from '../src/core/forecast/forecast.ts';
import { median, printTable } from './bench/figures.ts';

// Compares the forecast of the next hour's mean with the last value and with the mean of the last hour, on real series.
// Usage: tsx scripts/bench-forecast.ts DIRECTORY, with *.csv or *.csv.gz files that have the columns timestamp,value and a row every 5 minutes.

const STEP_MS = 300_000;
const TRAIN = 288;
const HOUR = 12;

/** The values every 5 minutes: NaN if there is no row, the mean if there are several. */
function readSeries(file: string): number[] {
  const bytes = readFileSync(file);
  const rows: Record<string, string>[] = parse(file.endsWith('.gz') ? gunzipSync(bytes) : bytes, { columns: true });
  const points = rows.map((row) => [Date.parse(`${row.timestamp?.replace(' ', 'T')}Z`), Number(row.value)] as const);
  if (points.some(([time, value]) => Number.isNaN(time + value))) throw new Error(`${file}: needs timestamp,value`);
  const first = Math.min(...points.map(([time]) => time));
  const buckets: { sum: number; n: number }[] = [];
  for (const [time, value] of points) {
    const at = Math.round((time - first) / STEP_MS);
    const { sum, n } = buckets[at] ?? { sum: 0, n: 0 };
    buckets[at] = { sum: sum + value, n: n + 1 };
  }
  return Array.from(buckets, (bucket) => (bucket === undefined ? Number.NaN : bucket.sum / bucket.n));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Walk {
  readonly origins: number;
  readonly forecast: number;
  readonly lastValue: number;
  readonly lastHour: number;
  readonly covered: number;
  /** Time of one forecast. */
  readonly microseconds: number;
}

/** Mean absolute errors of the three forecasts from the same origins, and the share of hours inside the forecast interval. */
function walkForward(series: readonly number[]): Walk {
  const errors: { forecast: number; lastValue: number; lastHour: number; covered: number }[] = [];
  let spentMs = 0;
  for (let origin = TRAIN; origin + HOUR <= series.length; origin += HOUR) {
    const known = (from: number, to: number): number[] => series.slice(from, to).filter((x) => !Number.isNaN(x));
    const train = series.slice(origin - TRAIN, origin);
    const [nextHour, lastHour, last] = [
      known(origin, origin + HOUR),
      known(origin - HOUR, origin),
      known(0, origin).at(-1),
    ];
    const began = performance.now();
    const forecast = forecastMean(train, HOUR);
    spentMs += performance.now() - began;
    if (forecast === undefined || last === undefined || nextHour.length < HOUR || lastHour.length === 0) continue;
    const truth = mean(nextHour);
    errors.push({
      forecast: Math.abs(forecast.value - truth),
      lastValue: Math.abs(last - truth),
      lastHour: Math.abs(mean(lastHour) - truth),
      covered: Number(forecast.low <= truth && truth <= forecast.high),
    });
  }
  const of = (name: 'forecast' | 'lastValue' | 'lastHour' | 'covered'): number =>
    mean(errors.map((error) => error[name]));
  return {
    origins: errors.length,
    forecast: of('forecast'),
    lastValue: of('lastValue'),
    lastHour: of('lastHour'),
    covered: of('covered'),
    microseconds: (1000 * spentMs) / errors.length,
  };
}

function printWalks(walks: ReadonlyMap<string, Walk>): void {
  const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '–');
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const all = [...walks.values()];
  const middle = (of: (walk: Walk) => number): number => median(all.map(of).filter(Number.isFinite));
  const row = (name: string, origins: string, of: (read: (walk: Walk) => number) => number): string[] => [
    name,
    origins,
    ratio(of((walk) => walk.forecast / walk.lastValue)),
    ratio(of((walk) => walk.forecast / walk.lastHour)),
    percent(of((walk) => walk.covered)),
    of((walk) => walk.microseconds).toFixed(0),
  ];
  printTable([
    ['series', 'origins', '÷ last value', '÷ last hour', 'covered', 'µs'],
    ...[...walks].map(([name, walk]) => row(name, String(walk.origins), (read) => read(walk))),
    row(`median of ${all.length}`, '', middle),
  ]);
}

/** The files of the directory, or an error message. */
function listSeries(directory: string | undefined): string[] | string {
  if (directory === undefined) {
    return 'Usage: tsx scripts/bench-forecast.ts DIRECTORY, with *.csv or *.csv.gz files that have the columns timestamp,value.';
  }
  if (!existsSync(directory)) return `The directory ${directory} does not exist.`;
  const names = readdirSync(directory).filter((name) => /\.csv(\.gz)?$/.test(name));
  return names.length === 0
    ? `No *.csv or *.csv.gz in ${directory}.`
    : names.sort().map((name) => join(directory, name));
}

const files = listSeries(process.argv[2]);
if (typeof files === 'string') {
  console.error(files);
  process.exitCode = 2;
} else {
  const nameOf = (file: string): string => basename(file).replace(/\.csv(\.gz)?$/, '');
  printWalks(new Map(files.map((file) => [nameOf(file), walkForward(readSeries(file))])));
}
