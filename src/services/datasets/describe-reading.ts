import type { Dataset } from '../../core/table/dataset.ts';
import type { DatasetPair } from '../../core/table/dataset-pair.ts';
import { list } from './summary.ts';

/** From when to when the dates of a column are, as ISO 8601; null where a table has none. */
export interface DateRanges {
  readonly reference: readonly [from: string, to: string] | null;
  readonly production: readonly [from: string, to: string] | null;
}

export function dateRanges(column: string, { reference, production }: DatasetPair): DateRanges {
  return { reference: rangeOf(reference, column), production: rangeOf(production, column) };
}

function rangeOf({ dates }: Dataset, column: string): readonly [string, string] | null {
  const moments = dates.get(column)?.numeric.moments;
  return moments === undefined ? null : [isoTime(moments.min), isoTime(moments.max)];
}

/** A moment in UTC; midnight as a day. */
export function isoTime(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/T00:00:00\.000Z$/, '')
    .replace('.000Z', 'Z');
}

/** How the cells were read, and from when to when the dates are, where a reader could think otherwise. */
export function notesOf(pair: DatasetPair): string[] {
  const [reference, production] = [readingOf(pair.reference), readingOf(pair.production)];
  const both = reference === production;
  return [
    ...(reference === '' ? [] : [`read in ${both ? 'both tables' : 'reference'}: ${reference}`]),
    ...(production === '' || both ? [] : [`read in production: ${production}`]),
    ...[...pair.dates.keys()].map((column) => describeDates(column, pair)),
  ];
}

function readingOf({ readings, types }: Dataset): string {
  const columnsOf = new Map<string, string[]>();
  for (const [column, reading] of readings)
    if (types.has(column)) columnsOf.set(reading, [...(columnsOf.get(reading) ?? []), column]);
  return [...columnsOf].map(([reading, columns]) => `${list(columns)} as ${reading}`).join('; ');
}

function describeDates(column: string, pair: DatasetPair): string {
  const { reference, production } = dateRanges(column, pair);
  const parts = [...(pair.dates.get(column)?.keys() ?? [])];
  const range = (dates: readonly [string, string] | null) => (dates === null ? 'none' : dates.join(' to '));
  const how = parts.length === 0 ? 'not compared' : `compared by ${parts.join(', ')}`;
  return `dates of ${column}: reference ${range(reference)}, production ${range(production)}; ${how}`;
}
