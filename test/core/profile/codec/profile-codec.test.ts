import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeProfile, encodeProfile } from '../../../../src/core/profile/codec/profile-codec.ts';
import { CategoryCounts } from '../../../../src/core/profile/counts.ts';
import { KllSketch } from '../../../../src/core/profile/kll.ts';
import { addValueInto, emptyMoments } from '../../../../src/core/profile/moments.ts';
import { emptyProfile, mergeProfiles, type Profile } from '../../../../src/core/profile/profile.ts';
import { UNKNOWN_FAILURE } from '../../../../src/core/profile/status-counts.ts';
import { seededRng } from '../../../../src/core/stats/rng.ts';
import { anyNumber, events, profileOf } from '../arbitraries.ts';

function numbersProfile(values: Iterable<number>): Profile {
  const numeric = { moments: emptyMoments(), sketch: new KllSketch() };
  for (const x of values) {
    addValueInto(numeric.moments, x);
    numeric.sketch.add(x);
  }
  return { ...emptyProfile(), events: numeric.moments.n, features: new Map([['x', { numeric }]]) };
}

function namesProfile(values: Iterable<string>): Profile {
  const categories = new CategoryCounts();
  for (const value of values) categories.add(value);
  return { ...emptyProfile(), events: categories.n, features: new Map([['x', { categories }]]) };
}

function expectRoundTrip(p: Profile): void {
  const bytes = encodeProfile(p);
  const back = decodeProfile(bytes);
  expect(encodeProfile(back)).toEqual(bytes);
  expect([back.events, [...back.statuses].sort()]).toEqual([p.events, [...p.statuses].sort()]);
  expect([...back.features.keys()].sort()).toEqual([...p.features.keys()].sort());
  for (const [path, { numeric, categories }] of p.features) {
    const got = back.features.get(path);
    expect(got?.numeric?.moments).toEqual(numeric?.moments);
    expect(got?.numeric?.sketch.levels()).toEqual(numeric?.sketch.levels());
    expect(got?.categories?.n).toBe(categories?.n);
    expect(got?.categories && new Map([...got.categories.counts].sort())).toEqual(
      categories && new Map([...categories.counts].sort()),
    );
    expect(got?.categories?.cardinality()).toBe(categories?.cardinality());
  }
}

const rng = seededRng(3);
const many = Array.from({ length: 50_000 }, () => rng.next());

describe('round trip, and the same bytes again', () => {
  test('of any profile', () => fc.assert(fc.property(events, (list) => expectRoundTrip(profileOf(list)))));
  test('of any numbers', () =>
    fc.assert(fc.property(fc.array(anyNumber), (list) => expectRoundTrip(numbersProfile(list)))));

  test('of decimals, whatever the scale', () => {
    const decimals = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.array(fc.maxSafeInteger()));
    fc.assert(fc.property(decimals, ([d, list]) => expectRoundTrip(numbersProfile(list.map((i) => i / 10 ** d)))));
  });

  test.each([
    ['nothing', emptyProfile()],
    ['a feature without values', { ...emptyProfile(), features: new Map([['x', {}]]) }],
    ['no numbers', numbersProfile([])],
    ['extremes', numbersProfile([Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, -(2 ** 53)])],
    ['a large integer beside a small decimal', numbersProfile([-476_617_932_201_742, 0.1, 0.0001])],
    ['a full sketch', numbersProfile(many)],
    ['a full sketch of cents', numbersProfile(many.map((x) => Math.round(x * 1e6) / 100))],
    ['1,000 names', namesProfile(many.map((x) => `имя ${Math.floor(x * 1_000)}`))],
    ['names past the cap', namesProfile(many.map((x) => `n${Math.floor(x * 5_000)}`))],
    ['identifiers', namesProfile(many.map(String))],
    ['a byte order mark', namesProfile(['\uFEFFa', 'a'])],
  ])('of %s', (_, p) => expectRoundTrip(p));

  test('what is decoded merges as the original does', () => {
    const parts = [
      numbersProfile(many),
      numbersProfile(many.slice(0, 700)),
      namesProfile(many.map(String)),
      namesProfile(['a']),
    ];
    const decoded = parts.map((p) => decodeProfile(encodeProfile(p)));
    expect(encodeProfile(mergeProfiles(decoded, 5))).toEqual(encodeProfile(mergeProfiles(parts, 5)));
  });
});

test('minus zero comes back as zero', () => {
  const back = decodeProfile(encodeProfile(numbersProfile([-0, -0.5])));
  expect(Object.is(back.features.get('x')?.numeric?.sketch.quantile(1), 0)).toBe(true);
});

test('bytes per value: cents about 2, raw 8, and a tiny part is small', () => {
  const size = (p: Profile) => encodeProfile(p).length;
  expect(size(numbersProfile(many.slice(0, 1_000).map((x) => Math.round(x * 40_000) / 100)))).toBeLessThan(1_300);
  expect(size(numbersProfile(many.slice(0, 1_000)))).toBeLessThan(8_100);
  expect(size(numbersProfile([1, 2, 3]))).toBeLessThan(60);
});

describe('a profile of version 1', () => {
  const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
  /** Ten events, nine with a status, six of them 2xx; and the feature `response.status`, if there is one. */
  const old = (...feature: number[]) =>
    decodeProfile(Uint8Array.from([1, 10, 9, 6, feature.length > 0 ? 1 : 0, ...feature]));
  const feature = (...counts: [string, number][]) => [
    ...text('response.status'),
    2,
    counts.length,
    ...counts.flatMap(([name, n]) => [...text(name), n]),
    0,
  ];

  test.each([
    [
      'the feature says which',
      feature(['200', 5], ['206', 1], ['304', 2], ['503', 1]),
      [
        [200, 5],
        [206, 1],
        [304, 2],
        [503, 1],
      ],
    ],
    [
      'without the feature, what was not 2xx stays a failure',
      [],
      [
        [200, 6],
        [UNKNOWN_FAILURE, 3],
      ],
    ],
    [
      'a text among the statuses',
      feature(['200', 6], ['304', 2], ['n/a', 1]),
      [
        [200, 6],
        [UNKNOWN_FAILURE, 3],
      ],
    ],
    [
      'texts of digits beside numbers',
      feature(['200', 8], ['304', 3]),
      [
        [200, 6],
        [UNKNOWN_FAILURE, 3],
      ],
    ],
  ])('%s', (_, bytes, statuses) => {
    const profile = old(...bytes);
    expect([...profile.statuses]).toEqual(statuses);
    expect(decodeProfile(encodeProfile(profile)).statuses).toEqual(profile.statuses);
  });

  test('with more successes than statuses is refused', () => {
    expect(() => decodeProfile(Uint8Array.of(1, 10, 6, 9, 0))).toThrow('more successes than statuses');
  });
});

describe('bytes that are not a profile', () => {
  const valid = encodeProfile(
    mergeProfiles([profileOf([{ a: 1, b: 'x', c: [1.5, 'y'] }]), numbersProfile(many), namesProfile(many.map(String))]),
  );
  const decode = (bytes: Uint8Array) => {
    try {
      return decodeProfile(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return undefined;
    }
  };

  test('of another version', () => {
    expect(() => decodeProfile(Uint8Array.of(3, 0, 0, 0, 0))).toThrow('version 3, and this program reads 1 and 2');
  });

  test('cut short anywhere, or with more behind', () => {
    for (let length = 0; length < valid.length; length += length < 300 ? 1 : 97)
      expect(decode(valid.subarray(0, length))).toBeUndefined();
    expect(decode(Uint8Array.from([...valid, 0]))).toBeUndefined();
  });

  test('at random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        [1, 2].forEach((version) => void decode(Uint8Array.from([version, ...bytes]))),
      ),
      { numRuns: 1_000 },
    );
  });

  test('with a few bytes changed: refused, or a profile that can be read, merged and written', () => {
    const small = encodeProfile(profileOf([{ a: 1, b: 'x', c: [1.5, 'y'], response: { status: 200 } }, { a: 2 }]));
    const change = fc.tuple(fc.nat(small.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = small.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        const p = decode(bytes);
        if (p !== undefined) expect(encodeProfile(mergeProfiles([p, p])).length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  test('that promise more than they hold allocate nothing', () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(() => decodeProfile(Uint8Array.from([1, 0, 0, 0, ...huge]))).toThrow('items do not fit');
    const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
    expect(() => decodeProfile(Uint8Array.from([1, 0, 0, 0, 1, ...text('x'), 1, 0, 128, 16, 1, 0, ...huge]))).toThrow(
      'items do not fit',
    );
  });
});
