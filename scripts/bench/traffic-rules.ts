import { SIMULATED_STREAM, Traffic, type TrafficKind } from '../../src/cli/simulate/traffic.ts';
import {
  type Calibration,
  isCalibrated,
  isLimitDue,
  learnedFloor,
  NO_CALIBRATION,
  observe,
} from '../../src/core/calibration/calibration.ts';
import type { Effect, Score } from '../../src/core/calibration/effect-state.ts';
import { limitOf } from '../../src/core/calibration/limit.ts';
import type { DriftCheck } from '../../src/core/drift/check.ts';
import { compareProfiles } from '../../src/core/drift/compare.ts';
import type { CompareSettings } from '../../src/core/drift/settings.ts';
import { ProfileBuilder } from '../../src/core/profile/builder.ts';
import { FeatureIndex, readLeaves } from '../../src/core/profile/leaves.ts';
import { mergeProfiles, type Profile } from '../../src/core/profile/profile.ts';
import { ALL_FEATURES } from '../../src/core/profile/rules.ts';
import { DAY_MS, HOUR_MS, type Interval, WEEK_MS } from '../../src/core/time/window.ts';

const FEATURES = 17;
const START_MS = Date.UTC(2026, 0, 5);
const LEARNING_WEEKS = 2;
const OPEN_AFTER = 2;
const CLOSE_AFTER = 2;
const HISTORY_MS = 28 * DAY_MS;
const TARGET = 0.1;
const DRIFT_MS = 6 * HOUR_MS;
/** From one planted drift to the next: they come at all hours. */
const DRIFT_EVERY_MS = 53 * HOUR_MS;
const FOUND_WITHIN_MS = 3 * HOUR_MS;
const SETTINGS: CompareSettings = { policy: 'calibrated', alpha: 0.05 };
/** Our rule compares shares by total variation: 10 points of a category are below any floor of PSI that holds elsewhere. */
const WITH_TVD: CompareSettings = {
  ...SETTINGS,
  features: new Map(
    Array.from({ length: FEATURES }, (_, i) => [
      `request.name_${i}`,
      { tests: ['tvd', 'missing', 'unseen'], floors: { tvd: 0.05 } },
    ]),
  ),
};
const LIMITS = { maxDepth: 9, maxLeaves: 99, maxFeatures: 99 };

export interface RuleScore {
  quietHours: number;
  incidents: number;
  openHours: number;
  readonly numbers: { planted: number; found: number };
  readonly names: { planted: number; found: number };
}

/** What a rule says of one hour: the checks that fail and those that pass; undefined while it learns. */
interface Verdict {
  readonly failing: readonly string[];
  readonly passing: readonly string[];
}

interface Hour {
  readonly slotMs: number;
  readonly againstBaseline: readonly DriftCheck[];
  /** Undefined with fewer than two days of the same hour. */
  readonly againstSameHours: readonly DriftCheck[] | undefined;
}

interface Rule {
  readonly name: string;
  judge(hour: Hour, isOpen: boolean): Verdict | undefined;
  /** Whether the same check must fail twice, or any. */
  readonly needsSameCheck: boolean;
}

const keyOf = ({ method, subject }: DriftCheck): string => `${method} ${subject}`;
const isEvident = ({ pAdjusted }: DriftCheck): boolean => pAdjusted !== null && pAdjusted <= SETTINGS.alpha;

/** A floor for each check, and the same rule of evidence for all. */
function verdictOf(checks: readonly DriftCheck[], floorOf: (check: DriftCheck) => number | undefined): Verdict {
  const [failing, passing]: [string[], string[]] = [[], []];
  for (const check of checks) {
    const floor = floorOf(check);
    if (check.effect === null || floor === undefined) continue;
    const fails = isEvident(check) && check.effect - check.resolution >= floor;
    (fails ? failing : passing).push(keyOf(check));
  }
  return { failing, passing };
}

function fixedFloors(learnedUntilMs: number): Rule {
  return {
    name: 'fixed floors, baseline of 14 days',
    needsSameCheck: false,
    judge: ({ slotMs, againstBaseline }) =>
      slotMs <= learnedUntilMs ? undefined : verdictOf(againstBaseline, ({ floor }) => floor ?? 0),
  };
}

/** NannyML's default threshold: mean and three standard deviations of the statistic over the chunks of the reference period. */
function threeDeviations(learnedUntilMs: number): Rule {
  const known = new Map<string, number[]>();
  return {
    name: 'mean + 3 std of the reference period (NannyML)',
    needsSameCheck: false,
    judge: ({ slotMs, againstBaseline }) => {
      if (slotMs > learnedUntilMs) {
        const [failing, passing]: [string[], string[]] = [[], []];
        for (const check of againstBaseline) {
          const values = known.get(keyOf(check)) ?? [];
          if (check.effect === null || values.length === 0) continue;
          const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
          const std = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
          (check.effect > mean + 3 * std ? failing : passing).push(keyOf(check));
        }
        return { failing, passing };
      }
      for (const check of againstBaseline) {
        if (check.effect === null) continue;
        known.set(keyOf(check), [...(known.get(keyOf(check)) ?? []), check.effect]);
      }
      return undefined;
    },
  };
}

function learnedFloors(): Rule {
  let calibration: Calibration = NO_CALIBRATION;
  const scores: Score[] = [];
  const takeIn = (hour: Hour, isQuiet: boolean) => {
    const effects = new Map<string, Effect>();
    for (const check of hour.againstSameHours ?? []) {
      if (check.effect !== null) effects.set(keyOf(check), { effect: check.effect, floor: check.floor ?? 0 });
    }
    const { slotMs } = hour;
    const observed = observe(calibration, { slotMs, windowMs: HOUR_MS, effects, isQuiet });
    calibration = observed.calibration;
    if (observed.score !== undefined) scores.push({ slotMs, score: observed.score });
    if (!isLimitDue(calibration, slotMs)) return;
    while ((scores[0]?.slotMs ?? slotMs) < slotMs - HISTORY_MS) scores.shift();
    const limit = limitOf(scores, { windowMs: HOUR_MS, falseAlarmsPerWeek: TARGET });
    if (limit !== undefined) calibration = { ...calibration, limit, limitMs: slotMs };
  };
  return {
    name: 'learned floors, same hour of 7 days',
    needsSameCheck: true,
    judge: (hour, isOpen) => {
      const { slotMs, againstSameHours = [] } = hour;
      const verdict = isCalibrated(calibration, slotMs)
        ? verdictOf(againstSameHours, (check) =>
            learnedFloor(calibration, keyOf(check), { windowMs: HOUR_MS, floor: check.floor ?? 0 }),
          )
        : undefined;
      takeIn(hour, !isOpen);
      return verdict;
    },
  };
}

interface Planted extends Interval {
  readonly isNumber: boolean;
}

/** Stands for all checks of a rule that does not ask for the same one twice. */
const ANY = 'any check';

/** Opens and closes incidents by what a rule says, and counts. */
class Watcher {
  readonly rule: Rule;
  readonly score: RuleScore = {
    quietHours: 0,
    incidents: 0,
    openHours: 0,
    numbers: { planted: 0, found: 0 },
    names: { planted: 0, found: 0 },
  };
  readonly badSlots = new Set<number>();
  readonly #streaks = new Map<string, number>();
  readonly #openedMs: number[] = [];
  #passes = 0;
  #isOpen = false;

  constructor(rule: Rule) {
    this.rule = rule;
  }

  add(hour: Hour, isQuiet: boolean): void {
    const verdict = this.rule.judge(hour, this.#isOpen);
    if (verdict === undefined) return;
    const { failing, passing } = verdict;
    const fails = failing.length > 0;
    const [again, over] = this.rule.needsSameCheck ? [failing, passing] : fails ? [[ANY], []] : [[], [ANY]];
    for (const key of over) this.#streaks.delete(key);
    for (const key of again) this.#streaks.set(key, (this.#streaks.get(key) ?? 0) + 1);
    this.#move(hour.slotMs, fails, isQuiet);
    if (this.#isOpen || fails) this.badSlots.add(hour.slotMs);
    if (isQuiet) {
      this.score.quietHours++;
      if (this.#isOpen) this.score.openHours++;
    }
  }

  #move(slotMs: number, fails: boolean, isQuiet: boolean): void {
    if (this.#isOpen) {
      this.#passes = fails ? 0 : this.#passes + 1;
      if (this.#passes >= CLOSE_AFTER) this.#isOpen = false;
    } else if ([...this.#streaks.values()].some((streak) => streak >= OPEN_AFTER)) {
      this.#isOpen = true;
      this.#passes = 0;
      this.#openedMs.push(slotMs);
      if (isQuiet) this.score.incidents++;
    }
  }

  /** A drift is found when an incident opens within three windows; one that is open all the time finds nothing. */
  count({ startMs, isNumber }: Planted): void {
    const of = isNumber ? this.score.numbers : this.score.names;
    of.planted++;
    if (this.#openedMs.some((ms) => ms > startMs && ms <= startMs + FOUND_WITHIN_MS)) of.found++;
  }
}

interface Setup {
  readonly kind: TrafficKind;
  readonly seed: number;
  /** Quiet weeks, and as many with planted drifts, after two of learning. */
  readonly weeks: number;
  readonly perHour: number;
}

/** Runs all rules over the same hours of one stream. */
export function watchTraffic({ kind, seed, weeks, perHour }: Setup): ReadonlyMap<string, RuleScore> {
  const learnedUntilMs = START_MS + LEARNING_WEEKS * WEEK_MS;
  const quietUntilMs = learnedUntilMs + weeks * WEEK_MS;
  const endMs = quietUntilMs + weeks * WEEK_MS;
  const planted: (Planted & { readonly features: readonly number[] })[] = [];
  for (let ms = quietUntilMs + 13 * HOUR_MS, k = 0; ms < endMs - DAY_MS; ms += DRIFT_EVERY_MS, k++) {
    const isNumber = k % 2 === 0;
    const candidates = Array.from({ length: FEATURES }, (_, i) => i).filter((i) => i % 5 < 3 === isNumber);
    const features = [candidates[(k >> 1) % candidates.length] as number];
    planted.push({ startMs: ms, endMs: ms + DRIFT_MS, isNumber, features });
  }
  const drifts = planted.map((drift) => ({ ...drift, deviations: 1, points: 0.1 }));
  const traffic = new Traffic({ kind, seed, features: FEATURES, perHour, drifts });
  const rules = [fixedFloors(learnedUntilMs), threeDeviations(learnedUntilMs), learnedFloors()];
  const watchers = rules.map((rule) => new Watcher(rule));
  const own = watchers.at(-1) as Watcher;
  const index = new FeatureIndex(ALL_FEATURES);
  const history = new Map<number, Profile>();
  const hours: Hour[] = [];
  let baseline: Profile | undefined;
  for (let startMs = START_MS; startMs < endMs; startMs += HOUR_MS) {
    const slotMs = startMs + HOUR_MS;
    const current = profileHour(traffic, index, startMs);
    history.set(slotMs, current);
    if (slotMs === learnedUntilMs) baseline = mergeProfiles([...history.values()], 1);
    const sameHours = Array.from({ length: 7 }, (_, i) => slotMs - (i + 1) * DAY_MS)
      .filter((ms) => !own.badSlots.has(ms))
      .flatMap((ms) => history.get(ms) ?? []);
    const againstSameHours =
      sameHours.length < 2 ? undefined : compareProfiles(mergeProfiles(sameHours, 1), current, WITH_TVD).checks;
    hours.push({ slotMs, againstBaseline: [], againstSameHours });
    if (baseline === undefined) {
      // Ours learns as it goes; the others learn from the same weeks once their baseline is known.
      own.add(hours.at(-1) as Hour, false);
      continue;
    }
    if (slotMs === learnedUntilMs) {
      for (const [ms, profile] of history) {
        const hour = {
          slotMs: ms,
          againstBaseline: compareProfiles(baseline, profile, SETTINGS).checks,
          againstSameHours: undefined,
        };
        for (const watcher of watchers) if (watcher !== own) watcher.add(hour, false);
      }
      own.add(hours.at(-1) as Hour, false);
      continue;
    }
    const hour = { slotMs, againstBaseline: compareProfiles(baseline, current, SETTINGS).checks, againstSameHours };
    for (const watcher of watchers) watcher.add(hour, slotMs <= quietUntilMs);
    history.delete(slotMs - 8 * DAY_MS);
  }
  for (const watcher of watchers) for (const drift of planted) watcher.count(drift);
  return new Map(watchers.map(({ rule, score }) => [rule.name, score]));
}

function profileHour(traffic: Traffic, index: FeatureIndex, startMs: number): Profile {
  const builder = new ProfileBuilder(index, startMs / HOUR_MS);
  for (const event of traffic.next({ startMs, endMs: startMs + HOUR_MS })) {
    const leaves = readLeaves(event, index, LIMITS);
    if (typeof leaves === 'string') throw new Error(`${SIMULATED_STREAM.service}: ${leaves}`);
    builder.add(leaves);
  }
  return builder.build();
}
