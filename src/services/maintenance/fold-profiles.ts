import { decodeProfile, encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { mergeProfiles } from '../../core/profile/profile.ts';
import { seedOf } from '../../core/profile/seed.ts';
import { SPANS, type Span } from '../../core/profile/span.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../core/time/window.ts';
import type { Database, Queryable } from '../../store/database.ts';
import {
  claimStreamForFolding,
  deleteProfiles,
  listProfileRefs,
  listUnfolded,
  loadProfiles,
  markFolded,
  noteLastBucket,
  replaceProfiles,
  type StoredProfileRef,
  type UnfoldedBucket,
} from '../../store/stored-profiles.ts';

/** Waiting time for late events before a minute, hour or day is folded. Events that come later are folded in when they come. */
const GRACE_MS = 30_000;
/** A minute that has not ended is folded too when it has this many profiles, so that a report never reads thousands. */
const MAX_OPEN_PROFILES = 32;

export interface FoldCount {
  readonly minutes: number;
  readonly hours: number;
  readonly days: number;
}

/**
 * Merges the profiles of each closed minute into one, and writes one profile for each closed hour and each closed day. Every stream is
 * claimed in its own transaction, so any number of replicas may call this at the same time.
 */
export async function foldProfiles(db: Database, nowMs: number): Promise<FoldCount> {
  const count = { minutes: 0, hours: 0, days: 0 };
  const closedMs = floorTo(nowMs - GRACE_MS, MINUTE_MS);
  for (const [streamId, buckets] of byStream(await listUnfolded(db, 60, nowMs + DAY_MS))) {
    await db.transaction(async (tx) => {
      if (!(await claimStreamForFolding(tx, streamId))) return;
      const unmerged = buckets.filter(
        ({ bucketMs, profiles }) => profiles >= MAX_OPEN_PROFILES || (profiles > 1 && bucketMs < closedMs),
      );
      for (const { bucketMs } of unmerged) await foldMinute(tx, streamId, bucketMs);
      count.minutes += unmerged.length;
      const hours = new Set(buckets.map(({ bucketMs }) => floorTo(bucketMs, HOUR_MS)));
      for (const hourMs of hours) {
        if (hourMs + HOUR_MS > closedMs) continue;
        await foldHour(tx, streamId, hourMs);
        count.hours++;
      }
    });
  }
  for (const [streamId, buckets] of byStream(await listUnfolded(db, SPANS.hour, floorTo(closedMs, DAY_MS)))) {
    await db.transaction(async (tx) => {
      if (!(await claimStreamForFolding(tx, streamId))) return;
      const days = new Set(buckets.map(({ bucketMs }) => floorTo(bucketMs, DAY_MS)));
      for (const dayMs of days) await foldDay(tx, streamId, dayMs);
      count.days += days.size;
    });
  }
  return count;
}

function byStream(buckets: readonly UnfoldedBucket[]): Map<number, UnfoldedBucket[]> {
  const groups = new Map<number, UnfoldedBucket[]>();
  for (const bucket of buckets) groups.set(bucket.streamId, [...(groups.get(bucket.streamId) ?? []), bucket]);
  return groups;
}

async function foldMinute(tx: Queryable, streamId: number, bucketMs: number): Promise<void> {
  const refs = (await refsIn(tx, streamId, bucketMs, MINUTE_MS)).filter(
    (ref) => ref.span === SPANS.minute && !ref.folded,
  );
  if (refs.length > 1) await foldInto(tx, streamId, { sources: refs, replaced: refs, span: SPANS.minute, bucketMs });
}

/** Adds the minutes that are not in the profile of the hour yet, and deletes the profile of the day, which is now out of date. */
async function foldHour(tx: Queryable, streamId: number, hourMs: number): Promise<void> {
  const refs = await refsIn(tx, streamId, hourMs, HOUR_MS);
  const minutes = refs.filter((ref) => ref.span === SPANS.minute && !ref.folded);
  const old = refs.filter((ref) => ref.span === SPANS.hour);
  if (minutes.length === 0) return;
  await foldInto(tx, streamId, { sources: [...old, ...minutes], replaced: old, span: SPANS.hour, bucketMs: hourMs });
  await markFolded(tx, streamId, idsOf(minutes));
  await noteLastBucket(tx, streamId, Math.max(...minutes.map(({ bucketMs }) => bucketMs)));
  const dayMs = floorTo(hourMs, DAY_MS);
  const days = (await refsIn(tx, streamId, dayMs, DAY_MS)).filter((ref) => ref.span === SPANS.day);
  await deleteProfiles(tx, streamId, idsOf(days));
}

async function foldDay(tx: Queryable, streamId: number, dayMs: number): Promise<void> {
  const refs = await refsIn(tx, streamId, dayMs, DAY_MS);
  const hours = refs.filter((ref) => ref.span === SPANS.hour);
  const old = refs.filter((ref) => ref.span === SPANS.day);
  await foldInto(tx, streamId, { sources: hours, replaced: old, span: SPANS.day, bucketMs: dayMs });
  await markFolded(tx, streamId, idsOf(hours));
}

interface Fold {
  readonly sources: readonly StoredProfileRef[];
  readonly replaced: readonly StoredProfileRef[];
  readonly span: Span;
  readonly bucketMs: number;
}

/** Writes one profile that merges all of `sources`, and removes those that it replaces. */
async function foldInto(tx: Queryable, streamId: number, { sources, replaced, span, bucketMs }: Fold): Promise<void> {
  const stored = await loadProfiles(tx, streamId, idsOf(sources));
  const profile = mergeProfiles(
    stored.map((source) => decodeProfile(source.profile)),
    seedOf(streamId, bucketMs),
  );
  const merged = { streamId, span, bucketMs, n: profile.events, profile: encodeProfile(profile) };
  await replaceProfiles(tx, streamId, idsOf(replaced), merged);
}

function refsIn(tx: Queryable, streamId: number, startMs: number, lengthMs: number): Promise<StoredProfileRef[]> {
  return listProfileRefs(tx, streamId, { startMs, endMs: startMs + lengthMs });
}

function idsOf(refs: readonly StoredProfileRef[]): number[] {
  return refs.map((ref) => ref.id);
}
