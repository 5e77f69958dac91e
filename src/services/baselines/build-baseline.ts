import type { SloTargets } from '../../core/drift/settings.ts';
import { checkSlo } from '../../core/drift/slo.ts';
import { AppError } from '../../core/errors.ts';
import { encodeProfile } from '../../core/profile/codec.ts';
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
  /** The last so many milliseconds; default BASELINE_WINDOW_MINUTES. */
  readonly windowMs?: number | undefined;
  /** Or an interval of the past. */
  readonly interval?: Interval | undefined;
  /** Spans to leave out, such as known faults; each takes its whole minutes with it. */
  readonly exclude?: readonly Interval[] | undefined;
  readonly name?: string | undefined;
  readonly slo?: Partial<SloTargets> | undefined;
  readonly activate?: boolean | undefined;
}

/** Freezes what a stream was in a window into a baseline: in the database, and as a file that can be carried elsewhere. */
export async function buildBaseline(deps: EvaluationContext, query: BaselineQuery): Promise<BaselineSummary> {
  const stream = await getStream(deps.db, query.service, query.endpoint);
  const nowMs = deps.clock.now();
  const lengthMs = query.windowMs ?? deps.config.BASELINE_WINDOW_MINUTES * MINUTE_MS;
  const asked = wholeMinutes(query.interval ?? { startMs: nowMs - lengthMs, endMs: nowMs + 1 });
  const { profile, covered } = await loadWithout(deps, stream, asked, query.exclude ?? []);
  if (profile.events === 0) throw noEvents(stream, covered);
  const slo = query.slo ?? {};
  return saveBaseline(deps, {
    stream,
    name: query.name,
    window: covered,
    samples: profile.events,
    slo,
    features: describeFeatures(profile),
    warnings: warningsOf(profile, { ...defaultSlo(deps), ...slo }),
    source: 'events',
    profile: encodeProfile(profile),
    activate: query.activate ?? true,
  });
}

async function loadWithout(
  deps: EvaluationContext,
  stream: Stream,
  asked: Interval,
  exclude: readonly Interval[],
): Promise<{ profile: Profile; covered: Interval }> {
  const pieces = subtract(asked, exclude.map(wholeMinutes));
  const loaded = [];
  for (const piece of pieces) loaded.push(await loadWindow(deps, stream.id, piece));
  const profile = mergeProfiles(
    loaded.map((piece) => piece.profile),
    seedOf(stream.id, asked.startMs),
  );
  const [first] = loaded;
  const covered = loaded.length === 1 && first !== undefined ? first.covered : asked;
  return { profile, covered };
}

/**
 * What is left of an interval without some others, in order of time.
 *
 * @example subtract({startMs: 0, endMs: 10}, [{startMs: 3, endMs: 5}]) // [{0, 3}, {5, 10}]
 */
export function subtract(whole: Interval, exclude: readonly Interval[]): Interval[] {
  let left = [whole];
  for (const out of exclude) {
    left = left.flatMap((piece) =>
      [
        { startMs: piece.startMs, endMs: Math.min(piece.endMs, out.startMs) },
        { startMs: Math.max(piece.startMs, out.endMs), endMs: piece.endMs },
      ].filter(({ startMs, endMs }) => startMs < endMs),
    );
  }
  return left;
}

const MIN_SAMPLES = 50;

/** What makes a baseline a poor measure; it is made all the same. */
export function warningsOf(profile: Profile, slo: SloTargets): string[] {
  const few =
    profile.events < MIN_SAMPLES
      ? [`only ${profile.events} events; fewer than ${MIN_SAMPLES} say little, and KS will not be tested`]
      : [];
  const broken = checkSlo(profile, slo)
    .filter((check) => !check.ok)
    .map((check) => `the window breaks its own SLO: ${check.name} is ${check.value} against ${check.target}`);
  return [...few, ...broken];
}

function noEvents(stream: Stream, window: Interval): AppError {
  const [start, end] = [window.startMs, window.endMs].map((ms) => new Date(ms).toISOString());
  return new AppError(
    'no_events',
    `${stream.service} ${stream.endpoint} has no events from ${start} to ${end}; choose another window`,
  );
}
