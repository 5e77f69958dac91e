import { expect, it } from 'vitest';
import { encodeProfile } from '../../../src/core/profile/codec/profile-codec.ts';
import type { Profile } from '../../../src/core/profile/profile.ts';
import { ALL_FEATURES } from '../../../src/core/profile/rules.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { DAY_MS, HOUR_MS, type Interval, MINUTE_MS } from '../../../src/core/time/window.ts';
import { loadWindow } from '../../../src/services/evaluation/load-window.ts';
import { ProfileCache } from '../../../src/services/evaluation/profile-cache.ts';
import { foldProfiles } from '../../../src/services/maintenance/fold-profiles.ts';
import { rebuildProfiles } from '../../../src/services/maintenance/rebuild-profiles.ts';
import { runMaintenance } from '../../../src/services/maintenance/run-maintenance.ts';
import { listEvents } from '../../../src/store/events.ts';
import { listProfileRefs } from '../../../src/store/stored-profiles.ts';
import { findStream } from '../../../src/store/streams.ts';
import { withDatabase } from '../../database.ts';
import { drivenClock, NOW_MS, newStream, openIngest, send, testConfig } from '../ingest/service.ts';

const database = withDatabase();
/** Without a cache: what is read is what is stored. */
const context = () => ({ db: database(), cache: new ProfileCache(), clock: drivenClock() });
const FEATURES = { rules: ALL_FEATURES, maxFeatures: 500 };
const WIDE: Interval = { startMs: NOW_MS - (NOW_MS % DAY_MS) - 3 * DAY_MS, endMs: NOW_MS - (NOW_MS % DAY_MS) + DAY_MS };

/** Sends events spread over the last 50 hours, in many batches, and answers the stream's id. */
async function fill(
  seed: number,
  batches = 12,
  size = 40,
): Promise<{ streamId: number; event: ReturnType<typeof newStream> }> {
  const event = newStream();
  const ingest = openIngest(database());
  const rng = seededRng(seed);
  for (let batch = 0; batch < batches; batch++) {
    const make = () =>
      event({
        ts: NOW_MS - Math.floor(rng.next() * 50 * HOUR_MS),
        request: { amount: rng.next(), kind: `k${Math.floor(rng.next() * 5)}` },
      });
    await send(ingest, Array.from({ length: size }, make));
  }
  const stream = await findStream(database(), String(event().service), String(event().endpoint));
  return { streamId: stream?.id ?? 0, event };
}

async function profileOf(streamId: number, interval: Interval = WIDE): Promise<Profile> {
  return (await loadWindow(context(), streamId, interval)).profile;
}

/** What merging keeps exactly: counts, categories, sorted values while the sketch is exact. */
function exactly(profile: Profile): unknown {
  const features = [...profile.features].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    events: profile.events,
    statuses: [...profile.statuses].sort(),
    features: features.map(([path, { numeric, categories }]) => [
      path,
      numeric && [
        numeric.moments.n,
        numeric.moments.min,
        numeric.moments.max,
        numeric.moments.mean.toPrecision(10),
        numeric.sketch.weighted().values,
      ],
      categories && [...categories.counts].sort(),
    ]),
  };
}

const spansOf = async (streamId: number): Promise<number[]> =>
  (await listProfileRefs(database(), streamId, WIDE)).map((ref) => ref.span);

it('folding changes what is stored, and not what is read', async () => {
  const { streamId } = await fill(1);
  const before = exactly(await profileOf(streamId));
  await foldProfiles(database(), NOW_MS);
  expect(await spansOf(streamId)).toEqual(expect.arrayContaining([60, 3600, 86_400]));
  expect(exactly(await profileOf(streamId))).toEqual(before);
  const hour = {
    startMs: NOW_MS - (NOW_MS % HOUR_MS) - 7 * HOUR_MS + 17 * MINUTE_MS,
    endMs: NOW_MS - (NOW_MS % HOUR_MS) - 3 * HOUR_MS,
  };
  const { events } = await listEvents(database(), { streamId, ...hour, limit: 10_000 });
  expect((await profileOf(streamId, hour)).events).toBe(events.length);
});

it('folding again changes nothing, and late events are added to their hour and day', async () => {
  const { streamId, event } = await fill(2);
  await foldProfiles(database(), NOW_MS);
  const refs = await listProfileRefs(database(), streamId, WIDE);
  await foldProfiles(database(), NOW_MS);
  expect(await listProfileRefs(database(), streamId, WIDE)).toEqual(refs);
  await send(openIngest(database()), [event({ ts: NOW_MS - 40 * HOUR_MS }), event({ ts: NOW_MS - 5 * HOUR_MS })]);
  const unfolded = exactly(await profileOf(streamId));
  expect((await profileOf(streamId)).events).toBe(12 * 40 + 2);
  await foldProfiles(database(), NOW_MS);
  expect(exactly(await profileOf(streamId))).toEqual(unfolded);
});

it('two processes that fold at the same time count each event once', async () => {
  const { streamId } = await fill(3);
  const before = exactly(await profileOf(streamId));
  await Promise.all([
    foldProfiles(database(), NOW_MS),
    foldProfiles(database(), NOW_MS),
    foldProfiles(database(), NOW_MS),
  ]);
  expect(exactly(await profileOf(streamId))).toEqual(before);
});

it('an open minute with many profiles is folded too', async () => {
  const event = newStream();
  const ingest = openIngest(database());
  for (let i = 0; i < 40; i++) await send(ingest, [event({ ts: NOW_MS })]);
  const stream = await findStream(database(), 'payments', String(event().endpoint));
  await foldProfiles(database(), NOW_MS);
  const refs = await listProfileRefs(database(), stream?.id ?? 0, WIDE);
  expect(refs.map((ref) => [ref.span, ref.n])).toEqual([[60, 40]]);
});

it('profiles rebuilt from events equal the profiles that ingest made', async () => {
  const { streamId } = await fill(4);
  await foldProfiles(database(), NOW_MS);
  const before = await profileOf(streamId);
  const count = await rebuildProfiles(database(), FEATURES, streamId, WIDE);
  expect(count.events).toBe(12 * 40);
  expect(exactly(await profileOf(streamId))).toEqual(exactly(before));
  await foldProfiles(database(), NOW_MS);
  expect(exactly(await profileOf(streamId))).toEqual(exactly(before));
});

it('rebuilding one hour does not change the others', async () => {
  const { streamId } = await fill(5);
  await foldProfiles(database(), NOW_MS);
  const before = exactly(await profileOf(streamId));
  await rebuildProfiles(database(), FEATURES, streamId, {
    startMs: NOW_MS - 30 * HOUR_MS,
    endMs: NOW_MS - 30 * HOUR_MS + 1,
  });
  await foldProfiles(database(), NOW_MS);
  expect(exactly(await profileOf(streamId))).toEqual(before);
});

it('a minute of one batch is rebuilt to the same bytes, also when the sketch is not exact', async () => {
  const event = newStream();
  const rng = seededRng(6);
  const batch = Array.from({ length: 5000 }, () => event({ ts: NOW_MS - MINUTE_MS, request: { amount: rng.next() } }));
  await send(openIngest(database()), batch);
  const stream = await findStream(database(), 'payments', String(event().endpoint));
  const before = encodeProfile(await profileOf(stream?.id ?? 0));
  await rebuildProfiles(database(), FEATURES, stream?.id ?? 0, WIDE);
  expect(encodeProfile(await profileOf(stream?.id ?? 0))).toEqual(before);
});

it('retention drops old events and profiles of short spans; totals do not change', async () => {
  const { streamId } = await fill(7);
  await foldProfiles(database(), NOW_MS);
  const before = exactly(await profileOf(streamId));
  const clock = drivenClock(NOW_MS + 6 * DAY_MS);
  await foldProfiles(database(), clock.now());
  const config = testConfig({ EVENT_RETENTION_DAYS: '5', MINUTE_PROFILE_DAYS: '1' });
  await runMaintenance({ db: database(), config, clock });
  expect(await spansOf(streamId)).not.toContain(60);
  expect(exactly(await profileOf(streamId))).toEqual(before);
  const { events } = await listEvents(database(), { streamId, limit: 10_000 });
  expect(events.length).toBe(0);
  const edge = { startMs: NOW_MS - 30 * HOUR_MS, endMs: NOW_MS - 29 * HOUR_MS };
  const { covered } = await loadWindow(context(), streamId, edge);
  expect(covered).toEqual({
    startMs: edge.startMs - (edge.startMs % DAY_MS),
    endMs: edge.startMs - (edge.startMs % DAY_MS) + DAY_MS,
  });
});

it('a rebuild of a stream that has all its features profiles the same ones, and no more', async () => {
  const event = newStream();
  const ingest = openIngest(database(), { MAX_FEATURES: '6' });
  await send(ingest, [event({ zeta: 1, eta: 2, later: 3, last: 4 }), event({ last: 5, zeta: 6 })]);
  const stream = await findStream(database(), 'payments', String(event().endpoint));
  const before = (await loadWindow(context(), stream?.id ?? 0, WIDE)).profile;
  expect([...before.features.keys()].filter((path) => !path.includes('.')).sort()).toEqual(['eta', 'zeta']);
  await rebuildProfiles(database(), { rules: ALL_FEATURES, maxFeatures: 6 }, stream?.id ?? 0, WIDE);
  const after = (await loadWindow(context(), stream?.id ?? 0, WIDE)).profile;
  expect([...after.features.keys()].sort()).toEqual([...before.features.keys()].sort());
  expect(after.features.get('zeta')?.numeric?.moments).toEqual(before.features.get('zeta')?.numeric?.moments);
});
