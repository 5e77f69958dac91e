import { reasonOf } from '../../core/format/reason-of.ts';
import { type DatabaseFault, DatabaseUnavailable } from '../database.ts';
import { outcomeOf } from '../sql-state.ts';

const SQL_STATE = /^[0-9A-Z]{5}$/;
const SOCKET_CODE = /^E[A-Z_]{4,}$/;

/** What node-postgres says without a code. */
const MESSAGES: readonly (readonly [RegExp, DatabaseFault])[] = [
  [/query read timeout/i, 'timed_out'],
  [
    /timeout exceeded when trying to connect|connection terminated|connection error|client was closed|cannot use a pool after/i,
    'unreachable',
  ],
];

/** An error of a driver as DatabaseUnavailable when that is what it means; else the error itself. */
export function toUnavailable(error: unknown): unknown {
  const fault = findFault(error);
  return fault === undefined ? error : new DatabaseUnavailable(reasonOf(error), { fault, cause: error });
}

function findFault(error: unknown): DatabaseFault | undefined {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable) return undefined;
  if (error instanceof AggregateError) {
    const faults = error.errors.map(findFault);
    return faults.every((fault) => fault !== undefined) ? faults[0] : undefined;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SOCKET_CODE.test(code)) return 'unreachable';
  if (!SQL_STATE.test(code)) return MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1];
  const outcome = outcomeOf(code);
  return outcome === 'failed' || outcome === 'retry' ? undefined : outcome;
}
