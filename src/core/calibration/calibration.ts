import { DAY_MS, WEEK_MS } from '../time/window.ts';
import {
  addScore,
  type Effect,
  type EffectState,
  isLearned,
  learn,
  runScore,
  stdOf,
  UNKNOWN_EFFECT,
} from './effect-state.ts';

/**
 * What a monitor has learned of its own quiet windows: how large the effect of each of its checks is while nothing is wrong, and how far above
 * that it must be to count. JSON-safe. Stored evaluations, folded in the order of their slots, give the same state again.
 */
export interface Calibration {
  /** The slot of the first window; null before it. */
  readonly sinceMs: number | null;
  /** The slot of the last window that was learned from: the next one may not overlap it. */
  readonly learnedMs: number | null;
  /** By the key of a check. */
  readonly checks: { readonly [key: string]: EffectState };
  /** In standard deviations; null while it is unknown. */
  readonly limit: number | null;
  /** The slot for which the limit was computed. */
  readonly limitMs: number | null;
}

/** One evaluated window. */
export interface EffectsOfWindow {
  /** Its end. */
  readonly slotMs: number;
  readonly windowMs: number;
  /** By the key of a check; one without a value is left out. */
  readonly effects: ReadonlyMap<string, Effect>;
  /** No incident is open: what is seen is what is usual. */
  readonly isQuiet: boolean;
}

export const NO_CALIBRATION: Calibration = { sinceMs: null, learnedMs: null, checks: {}, limit: null, limitMs: null };

/** A monitor holds back drift until it has seen every hour of every day of a week. */
const LEARNING_MS = WEEK_MS;
const MOST_WINDOWS_TO_LEARN = 48;
const FEWEST_WINDOWS_TO_LEARN = 10;

/** From how many windows the state of a check is started: 48, or as many as a week has. */
function windowsToLearn(windowMs: number): number {
  return Math.min(MOST_WINDOWS_TO_LEARN, Math.max(FEWEST_WINDOWS_TO_LEARN, Math.floor(WEEK_MS / windowMs)));
}

export interface Observed {
  readonly calibration: Calibration;
  /** The largest run score of all checks; undefined where none has one, or the window is not quiet. What the limit is computed from. */
  readonly score: number | undefined;
}

/** Takes in a window. What is said of it was said by the state before. Windows come in the order of their slots. */
export function observe(calibration: Calibration, window: EffectsOfWindow): Observed {
  const { slotMs, windowMs, effects, isQuiet } = window;
  const enough = windowsToLearn(windowMs);
  const { learnedMs } = calibration;
  const isApart = learnedMs === null || slotMs - windowMs >= learnedMs;
  const checks: Record<string, EffectState> = { ...calibration.checks };
  let score: number | undefined;
  for (const [key, effect] of effects) {
    let state = checks[key] ?? UNKNOWN_EFFECT;
    if (isQuiet && isLearned(state, enough)) {
      state = addScore(state, effect, slotMs, windowMs);
      const own = runScore(state, slotMs, windowMs);
      if (own !== undefined) score = Math.max(own, score ?? own);
    }
    if (isQuiet && isApart) state = learn(state, effect, enough);
    checks[key] = state;
  }
  return {
    calibration: {
      ...calibration,
      sinceMs: calibration.sinceMs ?? slotMs,
      learnedMs: isQuiet && isApart ? slotMs : learnedMs,
      checks,
    },
    score,
  };
}

/** Whether a limit is due: it is computed anew each day. */
export function isLimitDue({ limitMs }: Calibration, slotMs: number): boolean {
  return limitMs === null || slotMs - limitMs >= DAY_MS;
}

/** Whether the monitor may judge drift: it has a limit, and has seen a week. */
export function isCalibrated({ sinceMs, limit }: Calibration, slotMs: number): boolean {
  return limit !== null && sinceMs !== null && slotMs - sinceMs >= LEARNING_MS;
}

/** The smallest effect that counts for one check; undefined while the check or the monitor still learns. */
export function learnedFloor(
  { checks, limit }: Calibration,
  key: string,
  rules: { windowMs: number; floor: number },
): number | undefined {
  const state = checks[key];
  if (state === undefined || limit === null || !isLearned(state, windowsToLearn(rules.windowMs))) return undefined;
  return Math.max(rules.floor, state.mean + limit * stdOf(state, rules.floor));
}
