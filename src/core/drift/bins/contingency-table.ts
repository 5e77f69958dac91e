import { chiSquaredHomogeneity } from '../../stats/tests/homogeneity.ts';
import type { FeaturePair } from '../drift-test.ts';
import { alignCategories } from './align-categories.ts';
import { binNames, countInBins, quantileBins } from './bins.ts';
import { liveCategories, liveCounts } from './live-counts.ts';
import { MIN_ROWS, poolForChiSquared, ROWS_PER_BIN } from './pool-for-chi-squared.ts';

const BINS = 10;

/** Both sides of a feature counted in the same cells: categories, or the reference's quantile bins. */
export interface ContingencyTable {
  readonly names: readonly string[];
  /** Counts per cell; a cell that is empty on both sides is left out. */
  readonly reference: readonly number[];
  readonly current: readonly number[];
  /** What a sketch may have moved in or out of one cell, as a share (99 %); 0 when it is exact. */
  readonly referenceError: number;
  readonly currentError: number;
  /** Rare categories that went into the last cell. */
  readonly pooled: number;
  /** Fisher's p-value, where all but one category are too rare for a χ² law. */
  readonly exactPValue?: number;
  /** The current window by category or bin, ready for a report. */
  readonly currentCounts: { readonly [name: string]: number };
}

/** Rows of the kind that the feature has. */
export function rowsOf(pair: FeaturePair): readonly [nReference: number, nCurrent: number] {
  const { reference, current } = pair;
  return pair.type === 'numeric'
    ? [reference.numeric?.sketch.n ?? 0, current.numeric?.sketch.n ?? 0]
    : [reference.categories?.n ?? 0, current.categories?.n ?? 0];
}

/**
 * The cells in which the shares of a feature are compared, few and full enough for a χ² law.
 *
 * @returns undefined with fewer than 10 rows a cell on either side: 20 rows for categories (rare ones are pooled), 100 for ten bins
 */
export function contingencyTable(pair: FeaturePair): ContingencyTable | undefined {
  return pair.type === 'numeric' ? binCells(pair) : pooledCategories(pair);
}

function pooledCategories({ reference, current }: FeaturePair): ContingencyTable | undefined {
  if (reference.categories === undefined || current.categories === undefined) return undefined;
  const all = alignCategories(reference.categories, current.categories);
  const cells = poolForChiSquared(all.reference, all.current);
  if (cells === undefined) return undefined;
  const names = cells.alone.map((place) => all.names[place] as string);
  if (names.length < cells.reference.length) names.push(`${all.names.length - names.length} others`);
  const currentCounts = liveCategories(current.categories);
  return { ...cells, names, referenceError: 0, currentError: 0, currentCounts };
}

function binCells(pair: FeaturePair): ContingencyTable | undefined {
  const [reference, current] = [pair.reference.numeric?.sketch, pair.current.numeric?.sketch];
  if (reference === undefined || current === undefined || Math.min(reference.n, current.n) < MIN_ROWS) return undefined;
  const bins = quantileBins(reference.weighted(), BINS);
  const all = [countInBins(reference.weighted(), bins), countInBins(current.weighted(), bins)] as const;
  const names = binNames(bins);
  const isUsed = (_: unknown, i: number) => (all[0][i] as number) + (all[1][i] as number) > 0;
  const cells = { reference: all[0].filter(isUsed), current: all[1].filter(isUsed) };
  if (Math.min(reference.n, current.n) < ROWS_PER_BIN * cells.reference.length) return undefined;
  return {
    ...cells,
    names: names.filter(isUsed),
    referenceError: reference.massError(),
    currentError: current.massError(),
    pooled: 0,
    currentCounts: liveCounts(names.map((name, i) => [name, all[1][i] as number])),
  };
}

/** Pearson's p-value of the cells, or Fisher's where that is the honest one, and how it was had. */
export function evidenceOf(cells: ContingencyTable): { readonly pValue: number; readonly law: string } {
  if (cells.exactPValue !== undefined) return { pValue: cells.exactPValue, law: 'Fisher' };
  const { pValue, df } = chiSquaredHomogeneity(cells.reference, cells.current);
  return { pValue, law: `chi2(${df})` };
}

/** The cell whose share moved most. */
export function largestShift(cells: ContingencyTable): string {
  const [n, m] = [total(cells.reference), total(cells.current)];
  const gaps = cells.reference.map((count, i) => Math.abs((cells.current[i] as number) / m - count / n));
  return cells.names[gaps.indexOf(Math.max(...gaps))] as string;
}

/** Shares with half a row added to every cell, so that an empty one has a logarithm. */
export function smoothedShares(counts: readonly number[]): number[] {
  const all = total(counts) + counts.length / 2;
  return counts.map((count) => (count + 0.5) / all);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
