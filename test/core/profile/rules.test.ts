import { expect, test } from 'vitest';
import { ALL_FEATURES, featureRules } from '../../../src/core/profile/rules.ts';

const accepts = (pattern: string, path: string) =>
  featureRules({ allow: [pattern], deny: [], categorical: [] }).accepts(path);

test.each([
  ['**', 'a', true],
  ['request.body.**', 'request.body.amount', true],
  ['request.body.**', 'request.body', true],
  ['request.body.**', 'request.headers.host', false],
  ['request.*.amount', 'request.body.amount', true],
  ['request.*', 'request.body.amount', false],
  ['**.password', 'a.b.password', true],
  ['**.password', 'password', true],
  ['**.a.**.z', 'x.a.b.c.z', true],
  ['request.items.price', 'request.items[].price', true],
  ['request.items[].price', 'request.items[].price', true],
  ['request["a.b"]', 'request["a.b"]', true],
  ['request.amount', 'request.Amount', false],
])('%s on %s: %s', (pattern, path, expected) => expect(accepts(pattern, path)).toBe(expected));

test('deny wins over allow, and an empty allow list accepts nothing', () => {
  const rules = featureRules({ allow: ['**'], deny: ['request.headers.**'], categorical: ['**.code'] });
  expect(rules.accepts('request.headers.host')).toBe(false);
  expect(rules.accepts('request.body.a')).toBe(true);
  expect(rules.isCategorical('response.code')).toBe(true);
  expect(featureRules({ allow: [], deny: [], categorical: [] }).accepts('a')).toBe(false);
});

test('by default everything is a feature and response.status is a name', () => {
  expect(ALL_FEATURES.accepts('a.b')).toBe(true);
  expect(ALL_FEATURES.isCategorical('response.status')).toBe(true);
  expect(ALL_FEATURES.isCategorical('response.duration_ms')).toBe(false);
});

test('a pattern that is not a path is refused at once', () => {
  expect(() => featureRules({ allow: ['a..b'], deny: [], categorical: [] })).toThrow("'a..b' is not a path pattern");
});
