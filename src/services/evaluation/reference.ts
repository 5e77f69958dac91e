import { AppError } from '../../core/errors.ts';
import type { ReferenceDescription } from '../../core/evaluation/evaluation.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { ReferenceChoice } from '../../core/monitor/monitor-spec.ts';
import { decodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { mergeProfiles, type Profile } from '../../core/profile/profile.ts';
import { seedOf } from '../../core/profile/seed.ts';
import type { StreamName } from '../../core/stream-name.ts';
import { type Interval, WEEK_MS } from '../../core/time/window.ts';
import { type Baseline, getBaselineProfile } from '../../store/baselines.ts';
import type { EvaluationContext } from './context.ts';
import { loadWindow } from './load-window.ts';
import { getBaseline } from './resolve-stream.ts';

/** What a window is compared with. */
export interface Reference {
  readonly profile: Profile;
  readonly baseline: Baseline | null;
  readonly described: ReferenceDescription;
}

/** The reference that a monitor chose, for a window. Earlier windows are read from their profiles: they must have been watched by then. */
export async function loadReference(
  context: EvaluationContext,
  stream: StreamName & { readonly id: number },
  choice: ReferenceChoice,
  window: Interval,
): Promise<Reference> {
  if (choice.kind === 'baseline')
    return loadBaselineReference(context, await getBaseline(context.db, stream, choice.name));
  const lengthMs = window.endMs - window.startMs;
  const shifts =
    choice.kind === 'previous_window' ? [lengthMs] : Array.from({ length: choice.weeks }, (_, i) => (i + 1) * WEEK_MS);
  const windows = shifts.map((ms) => ({ startMs: window.startMs - ms, endMs: window.endMs - ms }));
  return loadEarlier(context, stream.id, choice.kind, windows);
}

export async function loadBaselineReference(context: EvaluationContext, baseline: Baseline): Promise<Reference> {
  const { id, name, createdAtMs } = baseline;
  const described = { kind: 'baseline' as const, baseline: { id, name, createdAtMs }, windows: [] };
  return { profile: await baselineProfile(context, id), baseline, described };
}

async function loadEarlier(
  context: EvaluationContext,
  streamId: number,
  kind: 'previous_window' | 'same_hours',
  windows: readonly Interval[],
): Promise<Reference> {
  const loaded = [];
  for (const window of windows) loaded.push(await loadWindow(context, streamId, window));
  const profile = mergeProfiles(
    loaded.map((window) => window.profile),
    seedOf(streamId, windows[0]?.startMs ?? 0),
  );
  return {
    profile,
    baseline: null,
    described: { kind, baseline: null, windows: loaded.map(({ covered }) => covered) },
  };
}

async function baselineProfile({ db, cache }: EvaluationContext, id: number): Promise<Profile> {
  const key = `baseline ${id}`;
  const known = cache.find(key);
  if (known !== undefined) return known;
  const profile = decodeProfile(await getBaselineProfile(db, id));
  cache.keep(key, profile);
  return profile;
}

/** @throws AppError when the reference holds nothing to compare with */
export function assertNotEmpty({ profile, described }: Reference): void {
  if (profile.events > 0 || described.kind === 'baseline') return;
  const windows = described.windows.map(({ startMs, endMs }) => `${isoTime(startMs)} to ${isoTime(endMs)}`).join(', ');
  throw new AppError('no_events', `No events to compare with: ${windows}`);
}
