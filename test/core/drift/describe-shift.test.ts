import { expect, test } from 'vitest';
import { describeShift } from '../../../src/core/drift/movement/describe-shift.ts';

test('a category is named with its shares, and cut where it is long', () => {
  const share = { category: 'USD', reference: 0.60123, current: 0.3149 };
  expect(describeShift({ share })).toBe('"USD" 60.1 % → 31.5 %');
  expect(describeShift({ share: { ...share, category: 'x'.repeat(60) } })).toBe(`"${'x'.repeat(39)}…" 60.1 % → 31.5 %`);
});
