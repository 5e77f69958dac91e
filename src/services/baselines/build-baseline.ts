import { AppError } from '../../core/errors.ts';
import { checkSlo } from '../../core/evaluation/evaluators/slo.ts';
import type { SloTargets } from '../../core/evaluation/settings.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { mergeProfiles, type Profile } from '../../core/profile/profile.ts';
import { seedOf } from '../../core/profile/seed.ts';
import { type Interval, MINUTE_MS } from '../../core/time/window.ts';
import type { Stream } from '../../store/streams.ts';
import type { EvaluationContext } from '../evaluation/context.ts';
import { defaultSlo, wholeMinutes } from '../evaluation/evaluate-window.ts';
import { loadWindow } from '../evaluation/load-window.ts';
import { getStream } from '../evaluation/resolve-stream.ts';
import { describeFeatures } from './describe-features.ts';
import { type BaselineSummary, saveBaseline } from './save-baseline.ts';

export interface BaselineQuery {
  readonly service: string;
  readonly endpoint: string;
  /** Length of the window that ends now; default BASELINE_WINDOW_MINUTES. */
  readonly windowMs?: number | undefined;
  /** An interval of the past, instead of `windowMs`. */
  readonly interval?: Interval | undefined;
  /** Intervals to leave out, such as known faults; each is extended to whole minutes. */
  readonly exclude?: readonly Interval[] | undefined;
  readonly name?: string | undefined;
  readonly slo?: Partial<SloTargets> | undefined;
  readonly activate?: boolean | undefined;
  /** Fewer events are refused. */
  readonly minSamples?: number | undefined;
}

/** Builds a baseline from the stored profiles of a window, and saves it in the database and as a file. */
export async function buildBaseline(context: EvaluationContext, query: BaselineQuery): Promise<BaselineSummary> {
  const stream = await getStream(context.db, query.service, query.endpoint);
  const nowMs = context.clock.now();
  const lengthMs = query.windowMs ?? context.config.BASELINE_WINDOW_MINUTES * MINUTE_MS;
  const window = wholeMinutes(query.interval ?? { startMs: nowMs - lengthMs, endMs: nowMs + 1 });
  const { profile, covered } = await loadWithout(context, stream, window, query.exclude ?? []);
  if (profile.events === 0) throw noEvents(stream, covered);
  if (profile.events < (query.minSamples ?? 1)) throw tooFewEvents(profile.events, query.minSamples);
  const slo = query.slo ?? {};
  return saveBaseline(context, {
    stream,
    name: query.name,
    window: covered,
    samples: profile.events,
    slo,
    features: describeFeatures(profile),
    warnings: warningsOf(profile, { ...defaultSlo(context), ...slo }),
    source: 'events',
    profile: encodeProfile(profile),
    activate: query.activate ?? true,
  });
}

async function loadWithout(
  context: EvaluationContext,
  stream: Stream,
  window: Interval,
  exclude: readonly Interval[],
): Promise<{ profile: Profile; covered: Interval }> {
  const pieces = subtract(window, exclude.map(wholeMinutes));
  const loaded = [];
  for (const piece of pieces) loaded.push(await loadWindow(context, stream.id, piece));
  const profile = mergeProfiles(
    loaded.map((piece) => piece.profile),
    seedOf(stream.id, window.startMs),
  );
  const [first] = loaded;
  const covered = loaded.length === 1 && first !== undefined ? first.covered : window;
  return { profile, covered };
}

/**
 * The parts of an interval that are outside of some other intervals, sorted by time.
 *
 * @example subtract({startMs: 0, endMs: 10}, [{startMs: 3, endMs: 5}]) // [{0, 3}, {5, 10}]
 */
export function subtract(whole: Interval, exclude: readonly Interval[]): Interval[] {
  let left = [whole];
  for (const excluded of exclude) {
    left = left.flatMap((piece) =>
      [
        { startMs: piece.startMs, endMs: Math.min(piece.endMs, excluded.startMs) },
        { startMs: Math.max(piece.startMs, excluded.endMs), endMs: piece.endMs },
      ].filter(({ startMs, endMs }) => startMs < endMs),
    );
  }
  return left;
}

const MIN_SAMPLES = 50;

/** Reasons why a baseline may be a poor reference; it is built all the same. */
export function warningsOf(profile: Profile, slo: SloTargets): string[] {
  const few =
    profile.events < MIN_SAMPLES
      ? [`only ${profile.events} events; with fewer than ${MIN_SAMPLES}, KS is not tested and other tests find little`]
      : [];
  const broken = checkSlo(profile, slo, 'calibrated')
    .filter(({ verdict }) => verdict === 'fail')
    .map(
      ({ name, statistic, details }) =>
        `the window breaks its own SLO: ${name} is ${statistic} against ${details.target}`,
    );
  return [...few, ...broken];
}

function tooFewEvents(events: number, least: number | undefined): AppError {
  return new AppError('too_few_events', `${events} events in the window, fewer than ${least}`);
}

function noEvents(stream: Stream, window: Interval): AppError {
  const [start, end] = [window.startMs, window.endMs].map(isoTime);
  return new AppError(
    'no_events',
    `${stream.service} ${stream.endpoint} has no events from ${start} to ${end}; choose another window`,
  );
}
