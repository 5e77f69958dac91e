import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesGlob } from '../../src/core/glob.ts';

test.each([
  ['web *', 'web GET /cart', true],
  ['web *', 'webshop GET /cart', false],
  ['web*', 'webshop GET /cart', true],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['*GET*cart', 'web GET /cart', true],
  ['*GET*cart', 'web GET /carts', false],
  ['a.c', 'abc', false],
  ['*ab*ab', 'ab', false],
  ['*ab*ab', 'abab', true],
])('%s and %s: %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

test('agrees with a regular expression', () => {
  const letters = (unit: string) => fc.string({ unit: fc.constantFrom(...unit), maxLength: 8 });
  fc.assert(
    fc.property(letters('ab*'), letters('ab'), (pattern, text) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text);
      expect(matchesGlob(pattern, text)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});
