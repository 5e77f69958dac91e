import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apart, quantity } from '../../../src/core/format/amounts.ts';

test('measured values have three digits, or are whole with separators', () => {
  const values = [0, 0.012345, 102.34, 999.6, 1000.4, 12_345.6, -12_345.6, 1e300, Number.NaN];
  expect(values.map(quantity)).toEqual(['0', '0.0123', '102', '1,000', '1,000', '12,346', '-12,346', '1e+300', 'NaN']);
});

test('two values that differ never read the same', () => {
  expect(apart([102.31, 210.4], 3)).toEqual(['102', '210']);
  expect(apart([100.1, 100.2], 3)).toEqual(['100.1', '100.2']);
  expect(apart([12_345.1, 12_345.2], 3)).toEqual(['12,345.1', '12,345.2']);
  expect(apart([5, 5], 3)).toEqual(['5', '5']);
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const [left, right] = apart([a, b], 3);
      expect(left === right).toBe(a === b);
    }),
  );
});
