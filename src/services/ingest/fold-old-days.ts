import { ProfileBuilder } from '../../core/profile/builder.ts';
import { decodeProfile, encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { mergeProfiles, type Profile } from '../../core/profile/profile.ts';
import { seedOf } from '../../core/profile/seed.ts';
import { SPANS } from '../../core/profile/span.ts';
import { DAY_MS, floorTo } from '../../core/time/window.ts';
import type { Queryable } from '../../store/database.ts';
import {
  claimStreamForFolding,
  listProfileRefs,
  loadProfiles,
  replaceProfiles,
  type StoredProfileRef,
} from '../../store/stored-profiles.ts';
import type { CheckedEvent } from './check-events.ts';
import type { OpenStream } from './stream-registry.ts';

/** The events of a stream and a day that are too old to be stored. */
interface OldDay {
  readonly stream: OpenStream;
  readonly dayMs: number;
  readonly profile: Profile;
}

/**
 * Adds events of days past their retention to the profiles of those days, which are stored for ever. Such a day has no further parts
 * afterwards: minutes and hours would be dropped, and a day that is folded from what is left of them would lose the rest.
 */
export async function foldOldDays(tx: Queryable, events: readonly CheckedEvent[]): Promise<void> {
  for (const day of daysOf(events)) await addToDay(tx, day);
}

/** Always in the same order, so that two transactions wait for each other and never deadlock. */
function daysOf(events: readonly CheckedEvent[]): OldDay[] {
  const builders = new Map<string, { stream: OpenStream; dayMs: number; builder: ProfileBuilder }>();
  for (const { stream, tsMs, leaves } of events) {
    const dayMs = floorTo(tsMs, DAY_MS);
    const key = `${stream.id} ${dayMs}`;
    const day = builders.get(key) ?? {
      stream,
      dayMs,
      builder: new ProfileBuilder(stream.features, seedOf(stream.id, dayMs)),
    };
    builders.set(key, day);
    day.builder.add(leaves);
  }
  return [...builders.values()]
    .map(({ builder, ...day }) => ({ ...day, profile: builder.build() }))
    .sort((a, b) => a.stream.id - b.stream.id || a.dayMs - b.dayMs);
}

async function addToDay(tx: Queryable, { stream: { id: streamId }, dayMs, profile }: OldDay): Promise<void> {
  await claimStreamForFolding(tx, streamId, 'wait');
  const refs = await listProfileRefs(tx, streamId, { startMs: dayMs, endMs: dayMs + DAY_MS });
  const stored = await loadProfiles(tx, streamId, idsOf(eachEventOnce(refs)));
  const merged = mergeProfiles(
    [...stored.map((part) => decodeProfile(part.profile)), profile],
    seedOf(streamId, dayMs),
  );
  const row = { streamId, bucketMs: dayMs, span: SPANS.day, n: merged.events, profile: encodeProfile(merged) };
  await replaceProfiles(tx, streamId, idsOf(refs), row);
}

/** A day contains its hours, also those that are marked as folded into a day that is gone; both contain the minutes that are marked. */
function eachEventOnce(refs: readonly StoredProfileRef[]): StoredProfileRef[] {
  const days = refs.filter(({ span }) => span === SPANS.day);
  const longest = days.length > 0 ? days : refs.filter(({ span }) => span === SPANS.hour);
  return [...longest, ...refs.filter(({ span, folded }) => span === SPANS.minute && !folded)];
}

function idsOf(refs: readonly StoredProfileRef[]): number[] {
  return refs.map(({ id }) => id);
}
