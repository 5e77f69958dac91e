import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ELEMENT, elementPath, joinPath, lastSegment, parsePath } from '../../../src/core/profile/path.ts';

test('a plain key joins with a dot, any other as a JSON string', () => {
  expect(joinPath('', 'request')).toBe('request');
  expect(joinPath('request', 'amount')).toBe('request.amount');
  expect(joinPath('request', 'a.b')).toBe('request["a.b"]');
  expect(joinPath('', 'a"b')).toBe('["a\\"b"]');
  expect(joinPath('a', '')).toBe('a[""]');
  expect(joinPath('a', 'x\u0000')).toBe('a["x\\u0000"]');
  expect(elementPath('request.items')).toBe('request.items[]');
});

test('every path reads back into its keys, and no two paths are written alike', () => {
  const step = fc.oneof(
    fc.string(),
    fc.constant('\ud800'),
    fc.constantFrom('[]', '.', '__proto__'),
    fc.constant(ELEMENT),
  );
  fc.assert(
    fc.property(fc.string(), fc.array(step), (first, rest) => {
      const steps = [first, ...rest];
      const path = steps.reduce<string>((above, s) => (s === ELEMENT ? elementPath(above) : joinPath(above, s)), '');
      expect(parsePath(path)).toEqual(steps);
    }),
  );
});

test('no store chokes on a path: neither NUL nor lone surrogates', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
      (key) => {
        expect(joinPath('a', key)).not.toMatch(/[\0\p{Cs}]/u);
      },
    ),
  );
});

test.each(['.a', 'a..b', 'a.', 'a[', 'a]', 'a["b', 'a["\\x"]', 'a[0]'])('%s is not a path', (text) => {
  expect(parsePath(text)).toBeUndefined();
});

test('the last segment is the last key', () => {
  expect(lastSegment('request.body.amount')).toBe('amount');
  expect(lastSegment('request.tags[]')).toBe('tags');
  expect(lastSegment('m[][]')).toBe('m');
  expect(lastSegment('request["a.b"]')).toBe('a.b');
  expect(lastSegment('not..a path')).toBe('not..a path');
});
