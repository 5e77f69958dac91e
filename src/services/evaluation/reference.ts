import type { ReportContext } from '../../core/drift/report.ts';
import { AppError } from '../../core/errors.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import type { ReferenceChoice } from '../../core/monitor/monitor-spec.ts';
import { decodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { mergeProfiles, type Profile } from '../../core/profile/profile.ts';
import { seedOf } from '../../core/profile/seed.ts';
import type { StreamName } from '../../core/stream-name.ts';
import { DAY_MS, type Interval } from '../../core/time/window.ts';
import { type Baseline, getBaselineProfile } from '../../store/baselines.ts';
import type { EvaluationContext } from './context.ts';
import { loadWindow } from './load-window.ts';
import { getBaseline } from './resolve-stream.ts';

/** What a window is compared with. */
export interface Reference {
  readonly profile: Profile;
  readonly baseline: Baseline | null;
  /** For the report. */
  readonly described: Pick<ReportContext, 'baseline' | 'reference'>;
}

const WEEK_MS = 7 * DAY_MS;

/** The reference that a monitor chose, for a window. Earlier windows are read from their profiles: they must have been watched by then. */
export async function loadReference(
  deps: EvaluationContext,
  stream: StreamName & { readonly id: number },
  choice: ReferenceChoice,
  window: Interval,
): Promise<Reference> {
  if (choice.kind === 'baseline') return loadBaselineReference(deps, await getBaseline(deps.db, stream, choice.name));
  const lengthMs = window.endMs - window.startMs;
  const shifts =
    choice.kind === 'previous_window' ? [lengthMs] : Array.from({ length: choice.weeks }, (_, i) => (i + 1) * WEEK_MS);
  const windows = shifts.map((ms) => ({ startMs: window.startMs - ms, endMs: window.endMs - ms }));
  return loadEarlier(deps, stream.id, choice.kind, windows);
}

export async function loadBaselineReference(deps: EvaluationContext, baseline: Baseline): Promise<Reference> {
  const { id, name, createdAtMs } = baseline;
  const described = { baseline: { id, name, createdAtMs }, reference: { kind: 'baseline' as const } };
  return { profile: await baselineProfile(deps, id), baseline, described };
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
  const told = loaded.map(({ covered }) => ({ start: isoTime(covered.startMs), end: isoTime(covered.endMs) }));
  return { profile, baseline: null, described: { baseline: null, reference: { kind, windows: told } } };
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
  if (profile.events > 0 || described.reference?.kind === 'baseline') return;
  const windows = described.reference?.windows?.map(({ start, end }) => `${start} to ${end}`).join(', ');
  throw new AppError('no_events', `There are no events to compare with: ${windows}`);
}
