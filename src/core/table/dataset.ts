import { PRESETS, type PresetName } from '../drift/presets/table.ts';
import { CategoryCounts } from '../profile/counts.ts';
import { inferFeatureType } from '../profile/feature-type.ts';
import { HyperLogLog } from '../profile/hll.ts';
import type { FeatureProfile, Profile } from '../profile/profile.ts';
import { booleanNames } from './cells/boolean-names.ts';
import type { ColumnType, ColumnTypes } from './cells/column-type.ts';
import type { ColumnFacts } from './column-profiler.ts';
import type { Dates } from './date-parts.ts';
import { countsOf } from './exact-names.ts';
import type { TableColumns } from './table-profiler.ts';

/** A column with fewer distinct numbers is categorical; Sentinel's rule. */
const FEWEST_NUMBERS = 10;
const HOUR_MS = 3_600_000;
/** Fewer numbers that follow one another may do so by chance. */
const FEWEST_ROW_NUMBERS = 50;

/** A table as a profile that can be compared: numeric columns have numbers, categorical ones categories. */
export interface Dataset {
  readonly source: string;
  readonly rows: number;
  /** In the order of the table. */
  readonly columns: readonly string[];
  readonly types: ColumnTypes;
  /** Why identifiers are taken for such, by column. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly profile: Profile;
  /** The dates of each column of the type `timestamp`. */
  readonly dates: ReadonlyMap<string, Dates>;
  /** How columns were read, where that is worth a note. */
  readonly readings: ReadonlyMap<string, string>;
  /** What a reader may not expect, for example infinite cells that count as missing. */
  readonly notes: readonly string[];
}

/** A type, and the reason where the column cannot be compared. */
interface Decided {
  readonly type: ColumnType;
  readonly reason?: string;
}

/**
 * Decides the type of each column and keeps its values of that type.
 *
 * A column is a timestamp when its cells are dates; boolean when all its names are true and false or yes and no, in any case; categorical
 * when most of its values are texts, or when it has fewer than 10 distinct numbers; an identifier when it numbers rows, or looks like one
 * (`inferFeatureType`); else numeric. A declared type wins. For another tool, columns are what it takes them for: dates are names.
 *
 * @param table - as read
 * @param types - known types of columns: those of the reference, or declared ones
 * @param tool - the tool whose rule compares
 * @example datasetOf(profileRows([{ age: 25 }, { age: 31 }], 'reference')).types.get('age') // 'categorical'
 */
export function datasetOf(table: TableColumns, types: ColumnTypes = new Map(), tool?: PresetName): Dataset {
  const decided = new Map<string, ColumnType>();
  const reasons = new Map<string, string>();
  const features = new Map<string, FeatureProfile>();
  const dates = new Map<string, Dates>();
  const readings = new Map(table.readings);
  const notes: string[] = [];
  for (const facts of table.columns) {
    const { name, calendar } = facts;
    const raw = table.profile.features.get(name) ?? {};
    const known = types.get(name);
    const { type, reason } = typeOf(facts, raw, { known, rows: table.rows, tool });
    const feature = featureOf(type, facts, raw);
    decided.set(name, type);
    if (reason !== undefined) reasons.set(name, reason);
    features.set(name, feature);
    if (type === 'timestamp' && calendar !== undefined && raw.numeric !== undefined)
      dates.set(name, { numeric: raw.numeric, calendar });
    if (type === 'boolean' && hasOtherNames(feature, facts, raw)) readings.set(name, 'true and false, in any case');
    if (type !== 'timestamp' && calendar !== undefined) readings.delete(name);
    // Of the reference, the reason says it.
    if (facts.leftOut !== undefined && known !== undefined && known !== 'identifier')
      notes.push(`${table.source}, column ${name}, is left out: ${facts.leftOut}`);
    if (facts.infinite > 0)
      notes.push(`infinite cells of ${table.source}, column ${name}, count as missing: ${facts.infinite}`);
  }
  return {
    source: table.source,
    rows: table.rows,
    columns: table.columns.map(({ name }) => name),
    types: decided,
    reasons,
    profile: { ...table.profile, features },
    dates,
    readings,
    notes,
  };
}

interface Known {
  readonly known: ColumnType | undefined;
  readonly rows: number;
  readonly tool: PresetName | undefined;
}

function typeOf(facts: ColumnFacts, raw: FeatureProfile, { known, rows, tool }: Known): Decided {
  if (facts.leftOut !== undefined) return { type: 'identifier', reason: facts.leftOut };
  if (known !== undefined)
    return known === 'identifier'
      ? { type: known, reason: 'it is an identifier, as declared or in the reference' }
      : { type: known };
  const { numbers, texts, calendar } = facts;
  if (tool !== undefined) return typeForTool(facts, raw, rows, tool);
  if (calendar !== undefined && numbers >= texts && numbers > 0) return { type: 'timestamp' };
  if (isRowNumbers(facts)) return { type: 'identifier', reason: 'its values number the rows' };
  const isCategorical = texts > numbers || hasFewNumbers(facts);
  const feature = featureOf(isCategorical ? 'categorical' : 'numeric', facts, raw);
  const inferred = inferFeatureType(facts.name, feature);
  if (inferred.type === 'identifier') return inferred;
  if (!isCategorical) return { type: 'numeric' };
  return {
    type: booleanNames(feature.categories?.counts.keys() ?? [], false) === undefined ? 'categorical' : 'boolean',
  };
}

function isRowNumbers({ numbers, texts, areRowNumbers }: ColumnFacts): boolean {
  return areRowNumbers && texts === 0 && numbers >= FEWEST_ROW_NUMBERS;
}

function hasFewNumbers({ distinct, otherNumbers }: ColumnFacts): boolean {
  return distinct.length < FEWEST_NUMBERS && otherNumbers === 0;
}

/** Other tools compare identifiers and row numbers, too, and know dates as names. */
function typeForTool(facts: ColumnFacts, raw: FeatureProfile, rows: number, tool: PresetName): Decided {
  const { calendar, distinct, otherNumbers, numbers, texts } = facts;
  const { isCategory, freeTextFrom } = PRESETS[tool];
  const few = {
    distinct: distinct.length,
    areIntegers: distinct.every(([value]) => Number.isInteger(value)),
    hasMissing: numbers < rows,
  };
  const isFew = otherNumbers === 0 && (isCategory?.(few) ?? distinct.length < FEWEST_NUMBERS);
  if (calendar === undefined && texts <= numbers && !isFew) return { type: 'numeric' };
  if (calendar !== undefined && facts.written === undefined)
    return { type: 'identifier', reason: `its values are moments in time, which ${tool} does not compare` };
  const { categories } = featureOf('categorical', facts, raw);
  const share = categories === undefined || categories.n === 0 ? 0 : categories.cardinality() / categories.n;
  if (freeTextFrom !== undefined && share > freeTextFrom && (texts > 0 || calendar !== undefined))
    return { type: 'identifier', reason: `most of its texts are distinct, which ${tool} takes for free text` };
  if (categories !== undefined && !categories.isExact && categories.counts.size === 0)
    return {
      type: 'identifier',
      reason: `nearly every value is distinct (${categories.cardinality()} of ${categories.n})`,
    };
  return {
    type: categories !== undefined && booleanNames(categories.counts.keys(), false) ? 'boolean' : 'categorical',
  };
}

/** What the column holds, as values of its type; the others count as texts among them. */
function featureOf(type: ColumnType, facts: ColumnFacts, raw: FeatureProfile): FeatureProfile {
  if (type === 'timestamp') return facts.calendar === undefined ? { categories: categoriesOf(facts, raw) } : raw;
  if (type === 'numeric' && facts.calendar === undefined) return raw;
  if (type === 'identifier' && facts.calendar === undefined && facts.numbers >= facts.texts) return raw;
  const categories = categoriesOf(facts, raw);
  if (type !== 'boolean') return { categories };
  const renamed = booleanNames(categories.counts.keys(), true);
  if (renamed === undefined) return { categories };
  return { categories: countsOf([...categories.counts].map(([name, count]) => [renamed.get(name) ?? name, count])) };
}

function hasOtherNames({ categories }: FeatureProfile, facts: ColumnFacts, raw: FeatureProfile): boolean {
  return [...categoriesOf(facts, raw).counts.keys()].some((name) => categories?.counts.has(name) !== true);
}

/** Texts, and numbers and dates as they are written, as categories. */
function categoriesOf(facts: ColumnFacts, { categories }: FeatureProfile): CategoryCounts {
  const written = [
    ...facts.distinct.map(([value, count]) => [String(value), count] as const),
    ...(facts.written ?? hoursOf(facts)),
  ];
  if (facts.otherNumbers === 0 && categories?.isExact !== false) return countsOf(written, categories?.counts ?? []);
  const counts = CategoryCounts.restore({
    counts: new Map(written),
    other: facts.otherNumbers,
    distinct: facts.otherNumbers === 0 ? undefined : distinctOf(written.map(([name]) => name)),
  });
  if (categories !== undefined) counts.merge(categories);
  return counts;
}

/** Moments that were not written as texts, or in too many, to the hour or day. */
function hoursOf({ calendar }: ColumnFacts): readonly (readonly [string, number])[] {
  if (calendar === undefined) return [];
  const ms = calendar.unit === 'hour' ? HOUR_MS : 24 * HOUR_MS;
  return calendar.counts.map(([at, rows]) => [new Date(at * ms).toISOString().slice(0, 16), rows]);
}

function distinctOf(names: Iterable<string>): HyperLogLog {
  const distinct = new HyperLogLog();
  for (const name of names) distinct.add(name);
  return distinct;
}
