import { decodeProfile, encodeProfile } from '../../core/profile/codec.ts';
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
  replaceProfiles,
  type StoredProfileRef,
  type UnfoldedBucket,
} from '../../store/stored-profiles.ts';

/** Time that a late event has to arrive before its minute, hour or day is folded. Later ones are folded in when they come. */
const GRACE_MS = 30_000;
/** An open minute is folded too when it has gathered this many parts, so that a window's report never reads thousands. */
const CROWDED = 32;

export interface FoldCount {
  readonly minutes: number;
  readonly hours: number;
  readonly days: number;
}

/**
 * Folds the profile parts of closed minutes into one each, of closed hours into an hour's part, of closed days into a day's. Each
 * stream is one transaction under its claim, so that any number of replicas may call this at once.
 */
export async function foldProfiles(db: Database, nowMs: number): Promise<FoldCount> {
  const count = { minutes: 0, hours: 0, days: 0 };
  const closedMs = floorTo(nowMs - GRACE_MS, MINUTE_MS);
  for (const [streamId, buckets] of byStream(await listUnfolded(db, 60, nowMs + DAY_MS))) {
    await db.transaction(async (tx) => {
      if (!(await claimStreamForFolding(tx, streamId))) return;
      const crowded = buckets.filter(({ bucketMs, parts }) => parts >= CROWDED || (parts > 1 && bucketMs < closedMs));
      for (const { bucketMs } of crowded) await foldMinute(tx, streamId, bucketMs);
      count.minutes += crowded.length;
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
  const refs = await refsOf(tx, streamId, bucketMs, MINUTE_MS, (ref) => ref.span === SPANS.minute && !ref.folded);
  if (refs.length > 1) await foldInto(tx, streamId, refs, refs, { span: SPANS.minute, bucketMs });
}

/** The hour's part takes in the minutes that it does not hold yet; the day's part, if there is one, is out of date. */
async function foldHour(tx: Queryable, streamId: number, hourMs: number): Promise<void> {
  const refs = await refsOf(tx, streamId, hourMs, HOUR_MS, () => true);
  const minutes = refs.filter((ref) => ref.span === SPANS.minute && !ref.folded);
  const old = refs.filter((ref) => ref.span === SPANS.hour);
  if (minutes.length === 0) return;
  await foldInto(tx, streamId, [...old, ...minutes], old, { span: SPANS.hour, bucketMs: hourMs });
  await markFolded(tx, streamId, idsOf(minutes));
  const dayMs = floorTo(hourMs, DAY_MS);
  const days = await refsOf(tx, streamId, dayMs, DAY_MS, (ref) => ref.span === SPANS.day);
  await deleteProfiles(tx, streamId, idsOf(days));
}

async function foldDay(tx: Queryable, streamId: number, dayMs: number): Promise<void> {
  const refs = await refsOf(tx, streamId, dayMs, DAY_MS, () => true);
  const hours = refs.filter((ref) => ref.span === SPANS.hour);
  const old = refs.filter((ref) => ref.span === SPANS.day);
  await foldInto(tx, streamId, hours, old, { span: SPANS.day, bucketMs: dayMs });
  await markFolded(tx, streamId, idsOf(hours));
}

/** Writes one part that holds all of `sources`, and removes those that it replaces. */
async function foldInto(
  tx: Queryable,
  streamId: number,
  sources: readonly StoredProfileRef[],
  replaced: readonly StoredProfileRef[],
  target: { span: Span; bucketMs: number },
): Promise<void> {
  const stored = await loadProfiles(tx, streamId, idsOf(sources));
  const profile = mergeProfiles(
    stored.map((part) => decodeProfile(part.profile)),
    seedOf(streamId, target.bucketMs),
  );
  const part = { streamId, ...target, n: profile.events, profile: encodeProfile(profile) };
  await replaceProfiles(tx, streamId, idsOf(replaced), part);
}

async function refsOf(
  tx: Queryable,
  streamId: number,
  startMs: number,
  lengthMs: number,
  keep: (ref: StoredProfileRef) => boolean,
): Promise<StoredProfileRef[]> {
  return (await listProfileRefs(tx, streamId, { startMs, endMs: startMs + lengthMs })).filter(keep);
}

function idsOf(refs: readonly StoredProfileRef[]): number[] {
  return refs.map((ref) => ref.id);
}
