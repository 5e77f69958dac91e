import { CategoryCounts } from '../counts.ts';
import { HIGHEST_RANK, HyperLogLog, REGISTERS } from '../hll.ts';
import { KllSketch } from '../kll.ts';
import type { FeatureProfile, NumericProfile, Profile } from '../profile.ts';
import { type StatusCounts, UNKNOWN_FAILURE } from '../status-counts.ts';
import { ByteReader, ByteWriter, corrupt } from './bytes.ts';
import { FIRST_VERSION, restoreStatuses } from './first-version.ts';
import { readRun, runScaleOf, writeRun } from './run-codec.ts';

const VERSION = 2;
const STATUS_PATH = 'response.status';
const HAS_NUMERIC = 1;
const HAS_CATEGORIES = 2;
const MAX_LEVELS = 48;
/** Profiles of streams hold 1,000 names a feature; those of tables may hold one for every value. */
const MOST_NAMES = 100_000;

/**
 * Encodes a profile as bytes, features and categories in order of name: equal profiles give equal bytes.
 *
 * Version 2: version, events, the counts by status; then each feature: path, flags, moments and sketch, categories.
 * Counts are varints, values as in `run-codec.ts`. The sketch's seed is not kept.
 *
 * @example decodeProfile(encodeProfile(emptyProfile())).events // 0
 */
export function encodeProfile(p: Profile): Uint8Array {
  const out = new ByteWriter();
  out.byte(VERSION);
  out.varint(p.events);
  writeStatuses(out, p.statuses);
  out.varint(p.features.size);
  for (const [path, feature] of byName(p.features)) {
    out.text(path);
    out.byte((feature.numeric ? HAS_NUMERIC : 0) | (feature.categories ? HAS_CATEGORIES : 0));
    if (feature.numeric) writeNumeric(out, feature.numeric);
    if (feature.categories) writeCategories(out, feature.categories);
  }
  return out.finish();
}

/**
 * Decodes a profile, the inverse of `encodeProfile`. Reads version 1 too, from when only 2xx were counted.
 *
 * @param bytes - from `encodeProfile`
 * @throws RangeError for an unknown version and for truncated or corrupt bytes
 * @example decodeProfile(encodeProfile(profileOf(3, {}))).events // 3
 */
export function decodeProfile(bytes: Uint8Array): Profile {
  const from = new ByteReader(bytes);
  const version = from.byte();
  if (version !== VERSION && version !== FIRST_VERSION)
    throw corrupt(`version ${version}, and this program reads ${FIRST_VERSION} and ${VERSION}`);
  const events = from.varint();
  if (version === VERSION) {
    const statuses = readStatuses(from);
    return { events, statuses, features: readFeatures(from) };
  }
  const [known, success] = [from.varint(), from.varint()];
  if (success > known) throw corrupt('more successes than statuses');
  const features = readFeatures(from);
  return { events, statuses: restoreStatuses(known, success, features.get(STATUS_PATH)), features };
}

function readFeatures(from: ByteReader): Map<string, FeatureProfile> {
  const features = new Map<string, FeatureProfile>();
  for (let left = from.count(2); left > 0; left--) {
    const path = from.text();
    if (features.has(path)) throw corrupt('a feature comes twice');
    features.set(path, readFeature(from));
  }
  if (from.left > 0) throw corrupt(`${from.left} bytes too many`);
  return features;
}

function writeStatuses(out: ByteWriter, statuses: StatusCounts): void {
  out.varint(statuses.size);
  for (const [status, n] of [...statuses].sort(([a], [b]) => a - b)) {
    out.varint(status);
    out.varint(n);
  }
}

function readStatuses(from: ByteReader): StatusCounts {
  const statuses: StatusCounts = new Map();
  for (let left = from.count(2); left > 0; left--) {
    const [status, n] = [from.varint(), from.varint()];
    if (status > UNKNOWN_FAILURE || n === 0 || statuses.has(status)) throw corrupt('a status comes twice, or is none');
    statuses.set(status, n);
  }
  return statuses;
}

function byName<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function readFeature(from: ByteReader): FeatureProfile {
  const flags = from.byte();
  if (flags > (HAS_NUMERIC | HAS_CATEGORIES)) throw corrupt('a feature has unknown flags');
  const feature: FeatureProfile = {};
  if (flags & HAS_NUMERIC) feature.numeric = readNumeric(from);
  if (flags & HAS_CATEGORIES) feature.categories = readCategories(from);
  return feature;
}

function writeNumeric(out: ByteWriter, { moments, sketch }: NumericProfile): void {
  const levels = sketch.levels();
  const scale = runScaleOf(levels);
  out.varint(moments.n);
  if (moments.n > 0) for (const value of [moments.mean, moments.m2, moments.min, moments.max]) out.float(value);
  for (const value of [sketch.k, levels.length, scale]) out.varint(value);
  for (const run of levels) writeRun(out, run, scale);
}

function readNumeric(from: ByteReader): NumericProfile {
  const n = from.varint();
  const float = (ifEmpty: number) => (n > 0 ? from.float() : ifEmpty);
  const [mean, m2] = [float(0), float(0)];
  const [min, max] = [float(Number.POSITIVE_INFINITY), float(Number.NEGATIVE_INFINITY)];
  const [k, levelCount, scale] = [from.varint(), from.varint(), from.varint()];
  if (levelCount < 1 || levelCount > MAX_LEVELS) throw corrupt(`${levelCount} levels`);
  const levels = Array.from({ length: levelCount }, () => readRun(from, scale));
  const sketch = KllSketch.fromLevels(levels, { k });
  // It holds fewer where a baseline's file had only a sample of the values.
  if (sketch.n > n) throw corrupt('the sketch holds more than n values');
  return { moments: { n, mean, m2, min, max }, sketch };
}

function writeCategories(out: ByteWriter, categories: CategoryCounts): void {
  const { counts, other, distinct } = categories.state();
  out.varint(counts.size);
  for (const [name, count] of byName(counts)) {
    out.text(name);
    out.varint(count);
  }
  out.byte(distinct === undefined ? 0 : 1);
  if (distinct === undefined) return;
  out.varint(other);
  out.block(distinct.registers);
}

function readCategories(from: ByteReader): CategoryCounts {
  const counts = new Map<string, number>();
  const size = from.count(2);
  if (size > MOST_NAMES) throw corrupt(`${size} categories`);
  for (let i = 0; i < size; i++) counts.set(from.text(), from.varint());
  if (counts.size !== size || [...counts.values()].includes(0)) throw corrupt('a category comes twice or never');
  const isCapped = from.byte();
  if (isCapped > 1) throw corrupt('an unknown mark after the categories');
  if (isCapped === 0) return CategoryCounts.restore({ counts, other: 0, distinct: undefined });
  const other = from.varint();
  const registers = from.block(REGISTERS);
  if (registers.some((rank) => rank > HIGHEST_RANK)) throw corrupt('a rank is too high');
  return CategoryCounts.restore({ counts, other, distinct: new HyperLogLog(registers) });
}
