import { quantileType7 } from '../profile/sorted-runs.ts';
import { WEEK_MS } from '../time/window.ts';
import type { Score } from './effect-state.ts';

/** Fewer say nothing of a tail. */
const FEWEST_SCORES = 10;
/** What is above it is the tail. */
const TAIL_FROM = 0.9;
const LEAST_LIMIT = 3;

export interface LimitRules {
  readonly windowMs: number;
  /** How many false alarms a week are wished for. */
  readonly falseAlarmsPerWeek: number;
}

/**
 * How many standard deviations an effect must reach so that a quiet monitor fails `falseAlarmsPerWeek` times a week.
 *
 * Peaks over a threshold: above u, the 90 % quantile, scores come in clusters, because windows follow each other. The excess of their peaks is
 * taken to be exponential with its mean, so k clusters in w weeks pass L = u + mean · ln(k / (w · target)) at the wished rate. At least 3.
 * One tail for a whole monitor: each score is the largest of its checks.
 *
 * @param scores - of the last weeks, by slot; those of windows in an incident left out
 * @returns undefined with fewer than 10 scores
 */
export function limitOf(scores: readonly Score[], rules: LimitRules): number | undefined {
  const [first, last] = [scores[0], scores.at(-1)];
  if (first === undefined || last === undefined || scores.length < FEWEST_SCORES) return undefined;
  const threshold = quantileType7(Float64Array.from(scores, ({ score }) => score).sort(), TAIL_FROM);
  const peaks = peaksAbove(scores, threshold, rules.windowMs);
  if (peaks.length === 0) return LEAST_LIMIT;
  const excess = peaks.reduce((sum, peak) => sum + peak - threshold, 0) / peaks.length;
  const weeks = (last.slotMs - first.slotMs + rules.windowMs) / WEEK_MS;
  const times = Math.log(peaks.length / (weeks * rules.falseAlarmsPerWeek));
  return Math.max(LEAST_LIMIT, threshold + excess * Math.max(0, times));
}

/** The highest score of each cluster; a cluster ends with a whole window below the threshold. */
function peaksAbove(scores: readonly Score[], threshold: number, windowMs: number): number[] {
  const peaks: number[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { slotMs, score } of scores) {
    if (score <= threshold) continue;
    if (slotMs - lastMs > windowMs) peaks.push(score);
    else peaks[peaks.length - 1] = Math.max(peaks.at(-1) as number, score);
    lastMs = slotMs;
  }
  return peaks;
}
