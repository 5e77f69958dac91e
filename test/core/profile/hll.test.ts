import { expect, test } from 'vitest';
import { HyperLogLog } from '../../../src/core/profile/hll.ts';

function of(from: number, to: number): HyperLogLog {
  const h = new HyperLogLog();
  for (let i = from; i < to; i++) h.add(`user-${i}`);
  return h;
}

test.each([0, 1, 10, 1_000, 5_000, 20_000, 1_000_000])(
  '%i distinct texts are estimated within 3 standard errors',
  (n) => {
    expect(Math.abs(of(0, n).estimate() - n)).toBeLessThanOrEqual(Math.max(1, 0.069 * n));
  },
);

test('repetition adds nothing; merging is union, whatever the order; a clone stands alone', () => {
  const [a, b] = [of(0, 3_000), of(2_000, 6_000)];
  const copy = a.clone();
  a.merge(b);
  b.merge(copy);
  expect(a.registers).toEqual(of(0, 6_000).registers);
  expect(b.registers).toEqual(a.registers);
  expect(copy.registers).toEqual(of(0, 3_000).registers);
});

test('registers that all ran over still give a number', () => {
  expect(new HyperLogLog(new Uint8Array(2048).fill(22)).estimate()).toBeGreaterThan(1e9);
});
