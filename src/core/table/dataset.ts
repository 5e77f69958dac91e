import { CategoryCounts, MAX_CATEGORIES } from '../profile/counts.ts';
import { HyperLogLog } from '../profile/hll.ts';
import type { FeatureProfile, Profile } from '../profile/profile.ts';
import type { ColumnFacts, ColumnType, ColumnTypes, TableColumns } from './table-profiler.ts';

/** A column with fewer distinct numbers is categorical; Sentinel's rule. */
const FEWEST_NUMBERS = 10;

/** A table as a profile that can be compared: numeric columns have numbers, categorical ones categories. */
export interface Dataset {
  readonly source: string;
  readonly rows: number;
  /** In the order of the table. */
  readonly columns: readonly string[];
  readonly types: ColumnTypes;
  readonly profile: Profile;
  /** What a reader may not expect, for example infinite cells that count as missing. */
  readonly notes: readonly string[];
}

/**
 * Decides the type of each column and keeps its values of that type.
 *
 * A column is categorical when it is declared so, when most of its values are texts, or when it has fewer than 10 distinct numbers.
 * The types of the reference hold for both tables.
 *
 * @param table - as read
 * @param types - known types of columns: those of the reference, or declared ones
 * @example datasetOf(profileRows([{ age: 25 }, { age: 31 }], 'reference')).types.get('age') // 'categorical'
 */
export function datasetOf(table: TableColumns, types: ColumnTypes = new Map()): Dataset {
  const decided = new Map<string, ColumnType>();
  const features = new Map<string, FeatureProfile>();
  const notes: string[] = [];
  for (const facts of table.columns) {
    const type = types.get(facts.name) ?? typeOf(facts);
    decided.set(facts.name, type);
    const feature = table.profile.features.get(facts.name) ?? {};
    features.set(facts.name, type === 'numeric' ? feature : { categories: categoriesOf(facts, feature) });
    if (facts.infinite > 0)
      notes.push(`infinite cells of ${table.source}, column ${facts.name}, count as missing: ${facts.infinite}`);
  }
  return {
    source: table.source,
    rows: table.rows,
    columns: table.columns.map(({ name }) => name),
    types: decided,
    profile: { ...table.profile, features },
    notes,
  };
}

function typeOf({ numbers, texts, distinct, otherNumbers }: ColumnFacts): ColumnType {
  const isCategorical = texts > numbers || (distinct.length < FEWEST_NUMBERS && otherNumbers === 0);
  return isCategorical ? 'categorical' : 'numeric';
}

/** Texts, and numbers as they are written, as categories. */
function categoriesOf({ distinct, otherNumbers }: ColumnFacts, { categories }: FeatureProfile): CategoryCounts {
  const written = new Map(distinct.map(([value, count]) => [String(value), count]));
  const counts = CategoryCounts.restore({
    counts: written,
    other: otherNumbers,
    distinct: otherNumbers === 0 && written.size <= MAX_CATEGORIES ? undefined : distinctOf(written.keys()),
  });
  if (categories !== undefined) counts.merge(categories);
  return counts;
}

function distinctOf(names: Iterable<string>): HyperLogLog {
  const distinct = new HyperLogLog();
  for (const name of names) distinct.add(name);
  return distinct;
}
