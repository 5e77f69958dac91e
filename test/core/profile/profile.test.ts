import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProfileBuilder } from '../../../src/core/profile/builder.ts';
import { encodeProfile } from '../../../src/core/profile/codec/profile-codec.ts';
import { FeatureIndex } from '../../../src/core/profile/leaves.ts';
import {
  durationSketch,
  emptyProfile,
  mergeInto,
  mergeProfiles,
  missingOf,
  type Profile,
  valuesSeen,
} from '../../../src/core/profile/profile.ts';
import { ALL_FEATURES } from '../../../src/core/profile/rules.ts';
import { seedOf } from '../../../src/core/profile/seed.ts';
import { seededRng } from '../../../src/core/stats/rng.ts';
import { events, mustRead, profileOf } from './arbitraries.ts';

/** Everything that must be exact, in a form that can be compared; sums apart. */
function exactFactsOf(p: Profile): unknown {
  const features = [...p.features]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { numeric, categories }]) => [
      path,
      numeric && [
        numeric.moments.n,
        numeric.moments.min,
        numeric.moments.max,
        numeric.sketch.levels().map((run) => [...run]),
      ],
      categories && [categories.n, [...categories.counts].sort(), categories.other, categories.cardinality()],
    ]);
  return { events: p.events, statuses: [...p.statuses].sort(([a], [b]) => a - b), features };
}

function expectSame(a: Profile, b: Profile): void {
  expect(exactFactsOf(a)).toEqual(exactFactsOf(b));
  for (const [path, { numeric }] of a.features) {
    if (numeric === undefined) continue;
    const [x, y] = [numeric.moments, b.features.get(path)?.numeric?.moments as typeof numeric.moments];
    const scale = Math.max(1, Math.abs(x.min), Math.abs(x.max));
    expect(Math.abs(x.mean - y.mean)).toBeLessThanOrEqual(1e-12 * scale);
    expect(Math.abs(x.m2 - y.m2)).toBeLessThanOrEqual(1e-12 * scale * scale * x.n);
  }
}

test('laws: identity, order, merge = one fold over all; parts are untouched', () => {
  fc.assert(
    fc.property(events, events, events, (a, b, c) => {
      const [x, y, z] = [profileOf(a), profileOf(b), profileOf(c)];
      const before = [x, y, z].map(exactFactsOf);
      const all = profileOf([...a, ...b, ...c]);
      expectSame(mergeProfiles([x, emptyProfile()]), x);
      expectSame(mergeProfiles([emptyProfile(), x]), x);
      expectSame(mergeProfiles([x, y, z]), all);
      expectSame(mergeProfiles([z, x, y]), all);
      expectSame(mergeProfiles([x, mergeProfiles([y, z])]), mergeProfiles([mergeProfiles([x, y]), z]));
      expectSame(all, profileOf([...c, ...a, ...b].reverse()));
      expect([x, y, z].map(exactFactsOf)).toEqual(before);
    }),
  );
});

test('a merged profile shares nothing with its parts', () => {
  const part = profileOf([{ a: 1, b: 'x' }]);
  const merged = mergeProfiles([part]);
  mergeInto(merged, part, 1);
  mergeInto(merged, profileOf([{ a: 2, b: 'y', c: 3 }]), 1);
  expectSame(part, profileOf([{ a: 1, b: 'x' }]));
  expect([merged.events, merged.features.get('a')?.numeric?.sketch.n]).toEqual([3, 3]);
});

test('the same events with the same seed give the same bytes; seeds differ by stream and bucket', () => {
  const rng = seededRng(1);
  const list = Array.from({ length: 5_000 }, () => ({
    amount: rng.next(),
    currency: rng.next() < 0.5 ? 'USD' : 'EUR',
  }));
  const bytes = (seed: number) => encodeProfile(profileOf(list, seed));
  expect(bytes(seedOf(1, 60_000))).toEqual(bytes(seedOf(1, 60_000)));
  const seeds = [1, 2, 3, 4].flatMap((stream) => [seedOf(stream, 60_000), seedOf(stream, 120_000)]);
  expect(new Set(seeds).size).toBe(8);
  expect(new Set(seeds.map((seed) => bytes(seed).join())).size).toBeGreaterThan(1);
  const parts = [profileOf(list, 1), profileOf(list, 2)];
  expect(encodeProfile(mergeProfiles(parts, 7))).toEqual(encodeProfile(mergeProfiles(parts, 7)));
});

test('counts what came, what is missing, and how it ended', () => {
  const p = profileOf([
    { response: { status: 200, duration_ms: 10 }, a: 1 },
    { response: { status: 299, duration_ms: 30 }, a: 'one' },
    { response: { status: 404 }, a: null },
    { response: { status: 'x' }, tags: ['x', 'y', 'z', 'x', 'y'] },
  ]);
  expect([p.events, [...p.statuses]]).toEqual([
    4,
    [
      [200, 1],
      [299, 1],
      [404, 1],
    ],
  ]);
  expect(['a', 'tags[]', 'response.status', 'nothing'].map((path) => missingOf(p, path))).toEqual([2, 0, 0, 4]);
  const a = p.features.get('a');
  expect([a && valuesSeen(a), a?.numeric?.moments.n, a?.categories?.n]).toEqual([2, 1, 1]);
  expect(durationSketch(p)?.quantile(0.5)).toBe(20);
  expect(durationSketch(emptyProfile())).toBeUndefined();
});

test('whatever integer a status is, there are at most 1,001 counts', () => {
  const p = profileOf([-1, 1e15, 1000, 7, 999, 0.5].map((status) => ({ response: { status } })));
  expect([...p.statuses]).toEqual([
    [1000, 3],
    [7, 1],
    [999, 1],
  ]);
});

test('a builder counts events as they come, also those without features, and features that come late', () => {
  const index = new FeatureIndex(ALL_FEATURES);
  const builder = new ProfileBuilder(index, 1);
  builder.add(mustRead({}, index));
  const late = mustRead({ a: 1, b: 2, c: 3 }, index);
  builder.add({ ...late, indexes: [2], values: [3] });
  expect(builder.events).toBe(2);
  expect([...builder.build().features.keys()]).toEqual(['c']);
});
