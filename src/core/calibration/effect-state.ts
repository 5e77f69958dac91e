/**
 * What is known of the effect of one check while nothing is wrong. JSON-safe. An effect is never negative and has the unit of its method.
 */
export interface EffectState {
  /** Windows that it was learned from; none overlaps another. */
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
  /** The slot of its first score, in milliseconds; null before it has one. */
  readonly scoredSinceMs: number | null;
  /** Scores that may still be the least of a run, by slot: they ascend. */
  readonly recent: readonly RecentScore[];
}

/** How far an effect is above its mean, in standard deviations. */
export interface Score {
  readonly slotMs: number;
  readonly score: number;
}

/** What a check found in one window. */
export interface Effect {
  readonly effect: number;
  /** The smallest effect that counts for its method, whatever was learned. */
  readonly floor: number;
}

interface RecentScore extends Score {
  /** The slot of the window that was scored after it; null of the last one. */
  readonly nextSlotMs: number | null;
}

/** Share of a new window in mean and variance: half of what is remembered is the last 138 windows. */
const RATE = 0.005;
/** A window moves the state by at most this many standard deviations. */
const MOST_DEVIATIONS = 3;
/** Of the smallest effect that counts at all: a check whose effect is nearly always 0 would have scores without bound at the first grain of dust. */
const LEAST_STD_OF_FLOOR = 0.1;
const LEAST_STD = 1e-4;

export const UNKNOWN_EFFECT: EffectState = { n: 0, mean: 0, variance: 0, scoredSinceMs: null, recent: [] };

/** @param floor - the smallest effect that counts for the method */
export function stdOf({ variance }: EffectState, floor: number): number {
  return Math.max(LEAST_STD, LEAST_STD_OF_FLOOR * floor, Math.sqrt(variance));
}

/** Whether the state knows enough to judge: it was learned from `enough` windows. */
export function isLearned({ n }: EffectState, enough: number): boolean {
  return n >= enough;
}

/**
 * Takes in the effect of a quiet window: its mean and sample variance of the first `enough` windows, then exponentially weighted ones, in
 * which a window counts for at most three standard deviations.
 *
 * @example learn(learn(UNKNOWN_EFFECT, { effect: 0.1, floor: 0.05 }, 48), { effect: 0.3, floor: 0.05 }, 48).mean // 0.2
 */
export function learn(state: EffectState, { effect, floor }: Effect, enough: number): EffectState {
  const n = state.n + 1;
  const difference = effect - state.mean;
  if (n <= enough) {
    const mean = state.mean + difference / n;
    const variance = n < 2 ? 0 : (state.variance * (n - 2) + difference * (effect - mean)) / (n - 1);
    return { ...state, n, mean, variance };
  }
  const most = MOST_DEVIATIONS * stdOf(state, floor);
  const step = Math.min(most, Math.max(-most, difference));
  return {
    ...state,
    n,
    mean: state.mean + RATE * step,
    variance: (1 - RATE) * (state.variance + RATE * step ** 2),
  };
}

/** Scores a window by the state before it. Windows of one check come in the order of their slots. */
export function addScore(state: EffectState, { effect, floor }: Effect, slotMs: number, windowMs: number): EffectState {
  const score = (effect - state.mean) / stdOf(state, floor);
  const followed = state.recent.map((earlier) => ({ ...earlier, nextSlotMs: earlier.nextSlotMs ?? slotMs }));
  // What a later window is below can be the least of no run to come; and a run reaches back to the last window that does not overlap this one.
  const kept = followed.filter((earlier) => earlier.score < score && earlier.nextSlotMs > slotMs - windowMs);
  return {
    ...state,
    scoredSinceMs: state.scoredSinceMs ?? slotMs,
    recent: [...kept, { slotMs, score, nextSlotMs: null }],
  };
}

/**
 * The least score of a run: from the last window that does not overlap this one up to this one, however many were evaluated in between. It
 * is high only where the same check is high in two windows that share no event, and in all between.
 *
 * @returns undefined before there is such a window
 */
export function runScore({ recent, scoredSinceMs }: EffectState, slotMs: number, windowMs: number): number | undefined {
  if (scoredSinceMs === null || scoredSinceMs > slotMs - windowMs) return undefined;
  return recent[0]?.score;
}
