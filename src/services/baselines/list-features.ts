import type { FeatureType } from '../../core/drift/drift-test.ts';
import { decodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { inferFeatureType } from '../../core/profile/feature-type.ts';
import { missingOf, type Profile } from '../../core/profile/profile.ts';
import type { StreamName } from '../../core/stream-name.ts';
import { DAY_MS, type Interval } from '../../core/time/window.ts';
import { type Baseline, findActiveBaseline, getBaselineProfile } from '../../store/baselines.ts';
import { listPathsOf } from '../../store/streams.ts';
import type { EvaluationContext } from '../evaluation/context.ts';
import { wholeMinutes } from '../evaluation/evaluate-window.ts';
import { loadWindow } from '../evaluation/load-window.ts';
import { getStream } from '../evaluation/resolve-stream.ts';

export interface FeatureQuery extends StreamName {
  /** Length of the window that ends now; a day where it is not given. */
  readonly windowMs?: number | undefined;
  /** A window of the past, instead of `windowMs`. */
  readonly interval?: Interval | undefined;
}

/** A feature of a stream, as a window shows it. */
interface ListedFeature {
  readonly path: string;
  /** As the window's values tell, else the baseline's; null where neither has any. */
  readonly kind: FeatureType | null;
  /** Share of the window's events that have it, in [0, 1]; null without events, and where it is not profiled. */
  readonly share: number | null;
  /** False where it came when the stream had all the features that it may have: it is stored, and nothing is compared. */
  readonly profiled: boolean;
  /** Whether the active baseline has it; null where there is no active baseline. */
  readonly inBaseline: boolean | null;
}

export interface FeatureList {
  readonly window: Interval;
  readonly samples: number;
  readonly baseline: Baseline | undefined;
  readonly features: readonly ListedFeature[];
}

/** The features of a stream and those of its active baseline, by path. */
export async function listFeatures(context: EvaluationContext, query: FeatureQuery): Promise<FeatureList> {
  const { db, clock } = context;
  const stream = await getStream(db, query.service, query.endpoint);
  const nowMs = clock.now();
  const window = wholeMinutes(query.interval ?? { startMs: nowMs - (query.windowMs ?? DAY_MS), endMs: nowMs + 1 });
  const paths = (await listPathsOf(db, [stream.id])).get(stream.id) ?? { features: [], ignored: [] };
  const { profile, covered } = await loadWindow(context, stream.id, window);
  const baseline = await findActiveBaseline(db, stream.id);
  const reference = baseline && decodeProfile(await getBaselineProfile(db, baseline.id));
  const isIgnored = new Set(paths.ignored);
  const all = new Set([...paths.features, ...isIgnored, ...(reference?.features.keys() ?? [])]);
  const features = [...all].sort().map((path) => describe(path, !isIgnored.has(path), profile, reference));
  return { window: covered, samples: profile.events, baseline, features };
}

function describe(path: string, profiled: boolean, current: Profile, reference: Profile | undefined): ListedFeature {
  const feature = current.features.get(path) ?? reference?.features.get(path);
  return {
    path,
    kind: feature === undefined ? null : inferFeatureType(path, feature).type,
    share: current.events === 0 || !profiled ? null : (current.events - missingOf(current, path)) / current.events,
    profiled,
    inBaseline: reference === undefined ? null : reference.features.has(path),
  };
}
