import { ProfileBuilder } from '../../core/profile/builder.ts';
import { encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { FeatureIndex, type LeafLimits, readLeaves } from '../../core/profile/leaves.ts';
import type { FeatureRules } from '../../core/profile/rules.ts';
import { seedOf } from '../../core/profile/seed.ts';
import { SPANS } from '../../core/profile/span.ts';
import { DAY_MS, floorTo, groupByBucket, HOUR_MS, type Interval } from '../../core/time/window.ts';
import { appendRows, type ProfileRow } from '../../store/append.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { listEventBuckets, readBucketEvents } from '../../store/events.ts';
import { claimStreamForFolding, deleteProfiles, listProfileRefs } from '../../store/stored-profiles.ts';
import { addFeaturePaths, listFeaturePaths } from '../../store/streams.ts';

export interface RebuildCount {
  readonly minutes: number;
  readonly events: number;
}

/** Which values of an event are features, and how many a stream may have. */
export interface FeatureSettings {
  readonly rules: FeatureRules;
  readonly maxFeatures: number;
}

/** Stored events passed these limits when they were ingested; a rebuild uses all of them. */
const NO_LIMITS = {
  maxDepth: Number.POSITIVE_INFINITY,
  maxLeaves: Number.POSITIVE_INFINITY,
};

/**
 * Rebuilds the profiles of a stream from its stored events, one whole hour at a time. Profiles that were folded from an hour are removed,
 * and the next folding writes them again. Hours whose events were dropped by retention keep their profiles.
 */
export async function rebuildProfiles(
  db: Database,
  settings: FeatureSettings,
  streamId: number,
  interval: Interval,
): Promise<RebuildCount> {
  const whole = { startMs: floorTo(interval.startMs, HOUR_MS), endMs: floorTo(interval.endMs - 1, HOUR_MS) + HOUR_MS };
  const buckets = await listEventBuckets(db, streamId, whole);
  let events = 0;
  for (const [hourMs, minutes] of groupByBucket(buckets, HOUR_MS, (bucketMs) => bucketMs)) {
    // One snapshot: profiles of events that arrive during the rebuild are not visible here, so they are neither counted nor removed.
    events += await db.transaction((tx) => rebuildHour(tx, { settings, streamId, hourMs, minutes }), {
      isolation: 'repeatable read',
    });
  }
  return { minutes: buckets.length, events };
}

interface HourToRebuild {
  readonly settings: FeatureSettings;
  readonly streamId: number;
  readonly hourMs: number;
  /** The minutes of the hour that have events. */
  readonly minutes: readonly number[];
}

async function rebuildHour(tx: Queryable, { settings, streamId, hourMs, minutes }: HourToRebuild): Promise<number> {
  await claimStreamForFolding(tx, streamId, 'wait');
  const dayMs = floorTo(hourMs, DAY_MS);
  const refs = await listProfileRefs(tx, streamId, { startMs: dayMs, endMs: dayMs + DAY_MS });
  const index = new FeatureIndex(settings.rules, await listFeaturePaths(tx, streamId));
  const limits: LeafLimits = { ...NO_LIMITS, maxFeatures: settings.maxFeatures };
  const rows: ProfileRow[] = [];
  for (const bucketMs of minutes) {
    const texts = await readBucketEvents(tx, streamId, bucketMs);
    rows.push(foldEvents(texts, { index, limits }, streamId, bucketMs));
  }
  const stale = refs.filter(
    (ref) => ref.span === SPANS.day || (ref.bucketMs >= hourMs && ref.bucketMs < hourMs + HOUR_MS),
  );
  await deleteProfiles(
    tx,
    streamId,
    stale.map((ref) => ref.id),
  );
  await appendRows(tx, [], rows);
  const paths = index.takeNew();
  await addFeaturePaths(
    tx,
    paths.map((path) => ({ streamId, path })),
  );
  return rows.reduce((sum, row) => sum + row.n, 0);
}

function foldEvents(
  texts: readonly string[],
  { index, limits }: { readonly index: FeatureIndex; readonly limits: LeafLimits },
  streamId: number,
  bucketMs: number,
): ProfileRow {
  const builder = new ProfileBuilder(index, seedOf(streamId, bucketMs));
  for (const text of texts) {
    const leaves = readLeaves(JSON.parse(text) as object, index, limits);
    if (typeof leaves === 'string') throw new RangeError(`rebuildProfiles: a stored event is not valid: ${leaves}`);
    builder.add(leaves);
  }
  return { streamId, bucketMs, span: SPANS.minute, n: builder.events, profile: encodeProfile(builder.build()) };
}
