import { expect, it } from 'vitest';
import { isRetryable, outcomeOf, SQL_STATE_CLASSES } from '../../src/store/sql-state.ts';

/** Appendix A of the documentation of Postgres, versions 15 to 18. */
const POSTGRES_CLASSES =
  '00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX';

it('every class of SQLSTATEs of Postgres has its outcome, and no other has one', () => {
  expect(Object.keys(SQL_STATE_CLASSES).toSorted()).toEqual(POSTGRES_CLASSES.split(' ').toSorted());
});

it.each([
  ['08006', 'unreachable'],
  ['25006', 'read_only'],
  ['25001', 'failed'],
  ['25P03', 'timed_out'],
  ['28P01', 'refused'],
  ['3D000', 'refused'],
  ['23505', 'failed'],
  ['40001', 'retry'],
  ['40P01', 'retry'],
  ['40003', 'unreachable'],
  ['42P01', 'failed'],
  ['53000', 'out_of_resources'],
  ['53100', 'disk_full'],
  ['53200', 'out_of_memory'],
  ['53300', 'too_many_connections'],
  ['53400', 'out_of_resources'],
  ['55P03', 'retry'],
  ['55000', 'failed'],
  ['57014', 'timed_out'],
  ['57P01', 'shutting_down'],
  ['57P02', 'shutting_down'],
  ['57P03', 'shutting_down'],
  ['57P04', 'refused'],
  ['57P05', 'unreachable'],
  ['58030', 'io_failed'],
  ['XX000', 'failed'],
  ['ZZ999', 'failed'],
])('%s: %s', (state, outcome) => {
  expect(outcomeOf(state)).toBe(outcome);
});

it('a lost race may be sent again; a wrong statement may not', () => {
  expect(isRetryable(Object.assign(new Error('deadlock detected'), { code: '40P01' }))).toBe(true);
  expect(isRetryable(Object.assign(new Error('syntax error'), { code: '42601' }))).toBe(false);
  expect(isRetryable(new Error('no code'))).toBe(false);
});
