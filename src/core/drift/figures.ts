import type { CategoryCounts } from '../profile/counts.ts';
import type { KllSketch } from '../profile/kll.ts';
import type { FeatureProfile } from '../profile/profile.ts';
import { sharesAtMost, type WeightedSample } from '../profile/weighted-sample.ts';
import { OTHER } from './bins/align-categories.ts';
import { countInBins } from './bins/bins.ts';

const BINS = 24;
const POINTS = 48;
const MOST_BARS = 20;
/** A rest below it comes from rounding. */
const ROUNDING = 1e-9;
/** Outliers beyond these shares go to the first and the last bin; else they would stretch the axis. */
const SHOWN_FROM = 0.005;

/** Both windows' shares in bins of equal width; the first and the last also hold what lies beyond. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Both distribution functions at the same values, ascending. */
export interface Curves {
  readonly values: readonly number[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Share of each category on both sides, the largest first. */
export interface Bars {
  readonly names: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** The data of one feature's figures; their size does not depend on the number of rows. */
export interface Figures {
  readonly histogram?: Histogram;
  readonly cdf?: Curves;
  readonly categories?: Bars;
}

/**
 * The figures of a feature; empty when both windows are.
 *
 * @example
 * figuresOf(categories([3, 1]), categories([1, 1])).categories;
 * // { names: ['c0', 'c1'], reference: [0.75, 0.25], current: [0.5, 0.5] }
 */
export function figuresOf(reference: FeatureProfile, current: FeatureProfile): Figures {
  return {
    ...numericFigures(reference.numeric?.sketch, current.numeric?.sketch),
    ...categoryFigures(reference.categories, current.categories),
  };
}

const NOTHING: WeightedSample = { values: new Float64Array(0), weights: new Float64Array(0), total: 0 };

function numericFigures(reference?: KllSketch, current?: KllSketch): Pick<Figures, 'histogram' | 'cdf'> {
  const sketches = [reference, current].filter((sketch) => sketch !== undefined && sketch.n > 0) as KllSketch[];
  if (sketches.length === 0) return {};
  const samples = { reference: reference?.weighted() ?? NOTHING, current: current?.weighted() ?? NOTHING };
  const low = Math.min(...sketches.map((sketch) => sketch.quantile(SHOWN_FROM)));
  const high = Math.max(...sketches.map((sketch) => sketch.quantile(1 - SHOWN_FROM)));
  const edges = evenly(low, high, high > low ? BINS : 1);
  const bins = { edges: Float64Array.from(edges.slice(1, -1)) };
  const values = [
    ...new Set(sketches.flatMap((sketch) => evenly(0, 1, POINTS / 2).map((share) => sketch.quantile(share)))),
  ].sort((a, b) => a - b);
  return {
    histogram: {
      edges,
      reference: shares(countInBins(samples.reference, bins)),
      current: shares(countInBins(samples.current, bins)),
    },
    cdf: {
      values,
      reference: atMost(samples.reference, values),
      current: atMost(samples.current, values),
    },
  };
}

function atMost(sample: WeightedSample, values: readonly number[]): number[] {
  return sample.total === 0 ? values.map(() => 0) : sharesAtMost(sample, values);
}

function categoryFigures(reference?: CategoryCounts, current?: CategoryCounts): Pick<Figures, 'categories'> {
  const total = (reference?.n ?? 0) + (current?.n ?? 0);
  if (total === 0) return {};
  const share = (counts: CategoryCounts | undefined, name: string) =>
    counts === undefined || counts.n === 0 ? 0 : (counts.counts.get(name) ?? 0) / counts.n;
  const names = [...new Set([...(reference?.counts.keys() ?? []), ...(current?.counts.keys() ?? [])])];
  const weights = new Map(names.map((name) => [name, share(reference, name) + share(current, name)]));
  const weight = (name: string) => weights.get(name) as number;
  const shown = names.sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1)).slice(0, MOST_BARS);
  const sharesOf = (counts: CategoryCounts | undefined) => shown.map((name) => share(counts, name));
  const bars = { reference: sharesOf(reference), current: sharesOf(current) };
  const others = { reference: restOf(bars.reference, reference), current: restOf(bars.current, current) };
  if (Math.max(others.reference, others.current) < ROUNDING) return { categories: { names: shown, ...bars } };
  return {
    categories: {
      names: [...shown, OTHER],
      reference: [...bars.reference, others.reference],
      current: [...bars.current, others.current],
    },
  };
}

/** The share of the categories that are not shown; 0 for an empty side. */
function restOf(shown: readonly number[], counts: CategoryCounts | undefined): number {
  return counts === undefined || counts.n === 0 ? 0 : Math.max(0, 1 - shown.reduce((sum, share) => sum + share, 0));
}

/** `steps` equal steps from one number to another, both included. */
function evenly(from: number, to: number, steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => (i === steps ? to : from + i * (to / steps - from / steps)));
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}
