import { decodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { mergeProfiles, type Profile } from '../../core/profile/profile.ts';
import { seedOf } from '../../core/profile/seed.ts';
import { ceilTo, DAY_MS, floorTo, type Interval, SECOND_MS } from '../../core/time/window.ts';
import type { Queryable } from '../../store/database.ts';
import { listProfileRefs, loadProfiles, type StoredProfileRef } from '../../store/stored-profiles.ts';
import { chooseProfiles } from './choose-profiles.ts';
import type { EvaluationContext } from './context.ts';
import type { ProfileCache } from './profile-cache.ts';

export interface WindowProfile {
  /** Shared with the cache: not to be changed. */
  readonly profile: Profile;
  readonly covered: Interval;
}

/**
 * The profile of a stream's events in an interval (aligned to minutes), merged from the stored profiles that cover it. Buckets that have
 * ended are at rest, so that their merge is worth caching.
 */
export async function loadWindow(
  { db, cache, clock }: Pick<EvaluationContext, 'db' | 'cache' | 'clock'>,
  streamId: number,
  interval: Interval,
): Promise<WindowProfile> {
  const days = { startMs: floorTo(interval.startMs, DAY_MS), endMs: ceilTo(interval.endMs, DAY_MS) };
  // Stored profiles may be folded between the two reads; one snapshot sees them all.
  return db.transaction(
    async (tx) => {
      const refs = await listProfileRefs(tx, streamId, days);
      const { ids, covered } = chooseProfiles(refs, interval);
      const isClosed = closedIds(refs, clock.now());
      const closed = await mergeStored(
        tx,
        cache,
        streamId,
        ids.filter((id) => isClosed.has(id)),
      );
      const open = await findProfiles(
        tx,
        cache,
        streamId,
        ids.filter((id) => !isClosed.has(id)),
      );
      const profile = open.length === 0 ? closed : mergeProfiles([closed, ...open], seedOf(streamId, interval.startMs));
      return { profile, covered };
    },
    { isolation: 'repeatable read' },
  );
}

function closedIds(refs: readonly StoredProfileRef[], beforeMs: number): Set<number> {
  return new Set(refs.filter((ref) => ref.bucketMs + ref.span * SECOND_MS <= beforeMs).map((ref) => ref.id));
}

/** The merge of stored profiles that never change, cached for the next request of the same ones. */
async function mergeStored(
  tx: Queryable,
  cache: ProfileCache,
  streamId: number,
  ids: readonly number[],
): Promise<Profile> {
  const key = `merge ${streamId} ${ids.join(' ')}`;
  const known = cache.find(key);
  if (known !== undefined) return known;
  const merged = mergeProfiles(await findProfiles(tx, cache, streamId, ids), seedOf(streamId, ids[0] ?? 0));
  cache.keep(key, merged);
  return merged;
}

async function findProfiles(
  tx: Queryable,
  cache: ProfileCache,
  streamId: number,
  ids: readonly number[],
): Promise<Profile[]> {
  const found = new Map(ids.map((id) => [id, cache.find(`profile ${id}`)]));
  const missing = ids.filter((id) => found.get(id) === undefined);
  if (missing.length > 0) {
    for (const stored of await loadProfiles(tx, streamId, missing)) {
      const profile = decodeProfile(stored.profile);
      cache.keep(`profile ${stored.id}`, profile);
      found.set(stored.id, profile);
    }
  }
  return ids.map((id) => found.get(id)).filter((profile) => profile !== undefined);
}
