import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FeatureIndex, readLeaves } from '../../../src/core/profile/leaves.ts';
import { joinPath } from '../../../src/core/profile/path.ts';
import { ALL_FEATURES, featureRules } from '../../../src/core/profile/rules.ts';
import { LIMITS, mustRead } from './arbitraries.ts';

/** The features of one event as [path, value] in order of the walk. */
function featuresOf(event: object, index = new FeatureIndex(ALL_FEATURES)): [string, number | string][] {
  const { indexes, values } = mustRead(event, index);
  return indexes.map((feature, i) => [index.paths[feature] as string, values[i] as number | string]);
}

describe('what is a feature', () => {
  test('every scalar below the event but its own address', () => {
    const event = {
      ts: 1,
      service: 's',
      endpoint: 'e',
      id: 'i',
      host: { name: 'h' },
      request: { body: { amount: 5.5, currency: 'USD', vip: true, note: null } },
      response: { status: 200, duration_ms: 12 },
    };
    expect(featuresOf(event)).toEqual([
      ['request.body.amount', 5.5],
      ['request.body.currency', 'USD'],
      ['request.body.vip', 'true'],
      ['response.status', '200'],
      ['response.duration_ms', 12],
    ]);
  });

  test('the elements of an array share a path', () => {
    expect(featuresOf({ items: [{ price: 1 }, { price: 2, id: 'a' }], tags: ['x', 'y'], grid: [[1], [2]] })).toEqual([
      ['items[].price', 1],
      ['items[].price', 2],
      ['items[].id', 'a'],
      ['tags[]', 'x'],
      ['tags[]', 'y'],
      ['grid[][]', 1],
      ['grid[][]', 2],
    ]);
  });

  test('names of the language and own __proto__ are ordinary names', () => {
    const event = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":2,"toString":"x","hasOwnProperty":3}',
    ) as object;
    expect(featuresOf(event)).toEqual([
      ['__proto__.polluted', 1],
      ['constructor', 2],
      ['toString', 'x'],
      ['hasOwnProperty', 3],
    ]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('one place may hold a scalar, an object and a number in turn', () => {
    const index = new FeatureIndex(ALL_FEATURES);
    expect(featuresOf({ a: 'x' }, index)).toEqual([['a', 'x']]);
    expect(featuresOf({ a: { b: 1 } }, index)).toEqual([['a.b', 1]]);
    expect(featuresOf({ a: [2] }, index)).toEqual([['a[]', 2]]);
    expect(featuresOf({ a: 3 }, index)).toEqual([['a', 3]]);
    expect(index.paths).toEqual(['a', 'a.b', 'a[]']);
  });

  test('what the rules deny is walked but not taken; the duration is always a number', () => {
    const rules = featureRules({ allow: ['**'], deny: ['request.**', 'response.**'], categorical: ['**'] });
    const index = new FeatureIndex(rules);
    const event = { request: { secret: 'x' }, response: { status: 503, duration_ms: 7 }, size: 9 };
    for (let again = 0; again < 2; again++) {
      expect(featuresOf(event, index)).toEqual([
        ['response.duration_ms', 7],
        ['size', '9'],
      ]);
    }
    expect(mustRead(event, index).status).toBe(503);
  });

  test('a path too long for a key of the store is not a feature', () => {
    expect(featuresOf({ [`k${'x'.repeat(600)}`]: 1, a: 2 })).toEqual([['a', 2]]);
  });

  test('any flat event gives exactly its scalars', () => {
    const value = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (body) => {
        const expected = Object.entries(body).flatMap(([key, v]) =>
          v === null ? [] : [[joinPath('body', key), typeof v === 'number' ? v : String(v)]],
        );
        expect(featuresOf({ body })).toEqual(expected);
      }),
    );
  });
});

test.each([
  [{ response: { status: 200 } }, 200],
  [{ response: { status: '200' } }, undefined],
  [{ response: { status: 200.5 } }, undefined],
  [{ response: null }, undefined],
  [{ response: 'x' }, undefined],
  [{}, undefined],
])('status of %j is %s', (event, status) => {
  expect(mustRead(event, new FeatureIndex(ALL_FEATURES)).status).toBe(status);
});

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]));

describe('refusals leave no trace', () => {
  const nested = (depth: number): object => (depth === 1 ? { leaf: 1 } : { child: nested(depth - 1) });
  const wide = (count: number) => ({ seen: 1, list: Array<null>(count - 1).fill(null) });

  test.each([
    ['too_deep', nested(33), nested(32)],
    ['too_deep', { ts: nested(32), a: 1 }, { ts: nested(31), a: 1 }],
    ['too_deep', { a: 1, list: JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`) }, { list: [[]] }],
    ['too_many_leaves', wide(1_000), wide(999)],
    ['too_many_leaves', { ...many(400), host: wide(599) }, { ...many(400), host: wide(598) }],
    ['not_finite', { a: 1, b: JSON.parse('1e400') }, { a: 1, b: 1e300 }],
    ['not_finite', { a: 1, id: Number.NaN }, { a: 1 }],
  ])('%s', (problem, refused, accepted) => {
    const index = new FeatureIndex(ALL_FEATURES);
    expect(readLeaves(refused, index, LIMITS)).toBe(problem);
    expect([index.paths, index.takeNew()]).toEqual([[], []]);
    expect(typeof readLeaves(accepted, index, LIMITS)).toBe('object');
  });

  test('a path seen first in a refused event is numbered by the event that is accepted', () => {
    const index = new FeatureIndex(ALL_FEATURES);
    mustRead({ a: { x: 1 } }, index);
    expect(readLeaves({ a: 2, b: Number.NaN }, index, LIMITS)).toBe('not_finite');
    expect(featuresOf({ b: 3, a: 2 }, index)).toEqual([
      ['b', 3],
      ['a', 2],
    ]);
  });
});

describe('a full index', () => {
  test('still takes events: the values at new paths are left out, and their paths are named in every event', () => {
    const index = new FeatureIndex(ALL_FEATURES, ['a', 'b']);
    const limits = { ...LIMITS, maxFeatures: 2 };
    for (let i = 0; i < 2; i++) {
      const leaves = mustRead({ a: 1, c: 1, list: [1, 2], b: 2 }, index, limits);
      expect([leaves.values, leaves.ignored]).toEqual([
        [1, 2],
        ['c', 'list[]'],
      ]);
    }
    expect(mustRead({ a: 1, b: 2, c: null }, index, limits).ignored).toEqual([]);
    expect([index.paths, index.takeNew()]).toEqual([['a', 'b'], []]);
  });

  test('takes what there is room for, in the order of the event; what the rules deny is not ignored', () => {
    const index = new FeatureIndex(featureRules({ allow: ['**'], deny: ['secret'], categorical: [] }), ['a']);
    const leaves = mustRead({ secret: 1, b: 1, c: 1, d: 1 }, index, { ...LIMITS, maxFeatures: 3 });
    expect([index.paths, leaves.ignored]).toEqual([['a', 'b', 'c'], ['d']]);
    const all = mustRead(many(501), new FeatureIndex(ALL_FEATURES));
    expect([all.values.length, all.ignored]).toEqual([500, ['f500']]);
  });
});

describe('the index', () => {
  test('reports each new path once; known ones are not new', () => {
    const index = new FeatureIndex(ALL_FEATURES, ['request["a.b"]', 'tags[]']);
    mustRead({ request: { 'a.b': 1, c: 2 }, tags: ['x'] }, index);
    expect(index.takeNew()).toEqual(['request.c']);
    expect(index.takeNew()).toEqual([]);
    expect(index.paths).toEqual(['request["a.b"]', 'tags[]', 'request.c']);
  });

  test('known paths that the rules deny by now are left out', () => {
    const index = new FeatureIndex(featureRules({ allow: ['**'], deny: ['a'], categorical: [] }), ['a', 'b']);
    expect(featuresOf({ a: 1, b: 2 }, index)).toEqual([['b', 2]]);
    expect(index.paths).toEqual(['b']);
  });

  test('leaves of an event stay as they are while others are read', () => {
    const index = new FeatureIndex(ALL_FEATURES);
    const first = mustRead({ a: 1, b: 'x' }, index);
    mustRead({ b: 'y', a: 2, c: 3 }, index);
    expect(first).toEqual({ indexes: [0, 1], values: [1, 'x'], status: undefined, ignored: [] });
  });

  test('a path that is none is refused', () => {
    expect(() => new FeatureIndex(ALL_FEATURES, ['a..b'])).toThrow(RangeError);
  });
});
