import { expect, test } from 'vitest';
import { reasonOf } from '../../../src/core/format/reason-of.ts';
import { systemCode } from '../../../src/core/format/system-code.ts';

test.each([
  [new Error('the disk is full'), 'the disk is full'],
  ['just text', 'just text'],
  [new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]), '::1 refused; 127.0.0.1 refused'],
  [new AggregateError([new Error('one')], 'all failed'), 'all failed'],
  [new Error('x'.repeat(600)), 'x'.repeat(500)],
])('the reason of an error is its message, cut', (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});

test('a system code is read from the error or from its cause', () => {
  const missing = Object.assign(new Error('no such file /secret'), { code: 'ENOENT' });
  expect(systemCode(missing)).toBe('ENOENT');
  expect(systemCode(new TypeError('fetch failed', { cause: missing }))).toBe('ENOENT');
  expect(systemCode(new Error('other'))).toBeUndefined();
  expect(systemCode('ENOENT')).toBeUndefined();
});
