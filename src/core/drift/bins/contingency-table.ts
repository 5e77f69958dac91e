import { chiSquaredHomogeneity } from '../../stats/tests/homogeneity.ts';
import type { FeaturePair } from '../drift-test.ts';
import { type Direction, directionOf } from '../movement/direction.ts';
import { alignCategories } from './align-categories.ts';
import { binNames, countInBins, quantileBins } from './bins.ts';
import { liveCategories, liveCounts } from './live-counts.ts';
import { MIN_ROWS, poolForChiSquared, ROWS_PER_BIN } from './pool-for-chi-squared.ts';

const BINS = 10;

/** A 2×K table: both sides of a feature counted by category, or by the reference's quantile bins. */
export interface ContingencyTable {
  readonly names: readonly string[];
  /** Counts in the order of `names`; what is empty on both sides is left out. */
  readonly reference: readonly number[];
  readonly current: readonly number[];
  /** Largest error of one bin's share that comes from the sketch (99 %); 0 when it is exact. */
  readonly referenceError: number;
  readonly currentError: number;
  /** How many rare categories are pooled in the last one. */
  readonly pooled: number;
  /** The p-value of Fisher's exact test, where all but one category are too rare for a χ² law. */
  readonly exactPValue?: number;
  /** The current window by category or bin, ready for a report. */
  readonly currentCounts: { readonly [name: string]: number };
}

/**
 * Rows a side: numbers of a numeric feature, else texts.
 *
 * @returns whole numbers from 0
 * @example rowsOf(categoricalPair([30, 10], [5, 5])) // [40, 10]
 */
export function rowsOf(pair: FeaturePair): readonly [nReference: number, nCurrent: number] {
  const { reference, current } = pair;
  return pair.type === 'numeric'
    ? [reference.numeric?.sketch.n ?? 0, current.numeric?.sketch.n ?? 0]
    : [reference.categories?.n ?? 0, current.categories?.n ?? 0];
}

/**
 * The table in which the shares of a feature are compared, with few enough columns for a χ² law.
 *
 * @returns undefined with fewer than 10 rows per column on either side: 20 rows for categories (rare ones are pooled), 100 for ten bins
 * @example contingencyTable(categoricalPair([30, 10], [12, 8])).current // [12, 8]
 */
export function contingencyTable(pair: FeaturePair): ContingencyTable | undefined {
  return pair.type === 'numeric' ? binnedTable(pair) : pooledCategories(pair);
}

function pooledCategories({ reference, current }: FeaturePair): ContingencyTable | undefined {
  if (reference.categories === undefined || current.categories === undefined) return undefined;
  const all = alignCategories(reference.categories, current.categories);
  const table = poolForChiSquared(all.reference, all.current);
  if (table === undefined) return undefined;
  const names = table.kept.map((place) => all.names[place] as string);
  if (names.length < table.reference.length) names.push(`${all.names.length - names.length} others`);
  const currentCounts = liveCategories(current.categories);
  return { ...table, names, referenceError: 0, currentError: 0, currentCounts };
}

function binnedTable(pair: FeaturePair): ContingencyTable | undefined {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  if (reference === undefined || current === undefined || Math.min(reference.n, current.n) < MIN_ROWS) return undefined;
  const bins = quantileBins(reference.weighted(), BINS);
  const all = [countInBins(reference.weighted(), bins), countInBins(current.weighted(), bins)] as const;
  const names = binNames(bins);
  const isUsed = (_: unknown, i: number) => (all[0][i] as number) + (all[1][i] as number) > 0;
  const counts = { reference: all[0].filter(isUsed), current: all[1].filter(isUsed) };
  if (Math.min(reference.n, current.n) < ROWS_PER_BIN * counts.reference.length) return undefined;
  return {
    ...counts,
    names: names.filter(isUsed),
    referenceError: reference.massError(),
    currentError: current.massError(),
    pooled: 0,
    currentCounts: liveCounts(names.map((name, i) => [name, all[1][i] as number])),
  };
}

/**
 * The p-value of Pearson's χ² test of the table, or of Fisher's exact test where that is the valid one, with the name of its law.
 *
 * @example evidenceOf(contingencyTable(categoricalPair([30, 10], [12, 8]))).law // 'chi2(1)'
 */
export function evidenceOf(table: ContingencyTable): { readonly pValue: number; readonly law: string } {
  if (table.exactPValue !== undefined) return { pValue: table.exactPValue, law: 'Fisher' };
  const { pValue, df } = chiSquaredHomogeneity(table.reference, table.current);
  return { pValue, law: `chi2(${df})` };
}

/**
 * The name of the category or bin whose share changed most, and which way.
 *
 * @example largestShift({ names: ['a', 'b', 'c'], reference: [5, 3, 2], current: [6, 1, 3] }) // { at: 'b', direction: 'lower' }
 */
export function largestShift(table: ContingencyTable): { readonly at: string; readonly direction: Direction | null } {
  const [n, m] = [total(table.reference), total(table.current)];
  let [widest, place] = [0, 0];
  table.reference.forEach((count, i) => {
    const gap = (table.current[i] as number) / m - count / n;
    if (Math.abs(gap) > Math.abs(widest)) [widest, place] = [gap, i];
  });
  return { at: table.names[place] as string, direction: directionOf(widest) };
}

/**
 * Shares after half a row is added to every count, so that the logarithm of an empty one is finite.
 *
 * @example smoothedShares([3, 0]) // [0.875, 0.125]
 */
export function smoothedShares(counts: readonly number[]): number[] {
  const all = total(counts) + counts.length / 2;
  return counts.map((count) => (count + 0.5) / all);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
