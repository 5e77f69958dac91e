import { CategoryCounts, MAX_CATEGORIES } from '../profile/counts.ts';
import { HyperLogLog } from '../profile/hll.ts';
import type { FeatureProfile, Profile } from '../profile/profile.ts';
import type { ColumnFacts, ColumnType, ColumnTypes, TableColumns } from './table-profiler.ts';

/** Fewer distinct numbers than this are names rather than measurements; Sentinel's rule. */
const FEWEST_NUMBERS = 10;

/** A table as a profile that can be compared: numeric columns hold numbers, categorical ones names. */
export interface Dataset {
  readonly source: string;
  readonly rows: number;
  /** In the order of the table. */
  readonly columns: readonly string[];
  readonly types: ColumnTypes;
  readonly profile: Profile;
  /** What was read otherwise than somebody may expect. */
  readonly notes: readonly string[];
}

/**
 * Decides what each column holds, and keeps that.
 *
 * Categorical: declared so, mostly text, or fewer than 10 distinct numbers. The reference decides for both tables.
 *
 * @param table - as read
 * @param types - of columns whose type is known: the reference's, or what was declared
 */
export function datasetOf(table: TableColumns, types: ColumnTypes = new Map()): Dataset {
  const decided = new Map<string, ColumnType>();
  const features = new Map<string, FeatureProfile>();
  const notes: string[] = [];
  for (const facts of table.columns) {
    const type = types.get(facts.name) ?? typeOf(facts);
    decided.set(facts.name, type);
    const feature = table.profile.features.get(facts.name) ?? {};
    features.set(facts.name, type === 'numeric' ? feature : { categories: namesOf(facts, feature) });
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
  const isNames = texts > numbers || (distinct.length < FEWEST_NUMBERS && otherNumbers === 0);
  return isNames ? 'categorical' : 'numeric';
}

/** Texts, and numbers by how they are written. */
function namesOf({ distinct, otherNumbers }: ColumnFacts, { categories }: FeatureProfile): CategoryCounts {
  const names = new Map(distinct.map(([value, count]) => [String(value), count]));
  const counts = CategoryCounts.restore({
    counts: names,
    other: otherNumbers,
    distinct: otherNumbers === 0 && names.size <= MAX_CATEGORIES ? undefined : distinctOf(names.keys()),
  });
  if (categories !== undefined) counts.merge(categories);
  return counts;
}

function distinctOf(names: Iterable<string>): HyperLogLog {
  const distinct = new HyperLogLog();
  for (const name of names) distinct.add(name);
  return distinct;
}
