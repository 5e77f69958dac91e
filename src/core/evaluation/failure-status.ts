import { type StatusCounts, UNKNOWN_FAILURE } from '../profile/status-counts.ts';

/** Every status but 2xx: what a failure was before there was a choice, and what the classic policy takes for one. */
export const NOT_2XX = 'not 2xx';

const PATTERN = /^(?:[1-9]xx|[0-9]{3}|not 2xx)$/;

/** What a list of failures may have, in words. */
export const FAILURE_STATUS_HINT = 'use classes such as 5xx, codes such as 429, or "not 2xx"';

/**
 * Whether a text says which statuses are failures: a class, a code of three digits, or `not 2xx`.
 *
 * @example isFailurePattern('5xx') // true
 */
export function isFailurePattern(text: string): boolean {
  return PATTERN.test(text);
}

/**
 * How many events failed, among those with an integer `response.status`.
 *
 * @param patterns - each as `isFailurePattern` accepts; an event that one of them matches has failed
 * @returns 0 … the number of known statuses. What is only known not to be 2xx counts as failed, whatever the patterns
 * @example countFailures(new Map([[200, 7], [304, 2], [503, 1]]), ['5xx']) // 1
 */
export function countFailures(statuses: StatusCounts, patterns: readonly string[]): number {
  let failures = 0;
  for (const [status, n] of statuses) if (isFailure(status, patterns)) failures += n;
  return failures;
}

function isFailure(status: number, patterns: readonly string[]): boolean {
  if (status === UNKNOWN_FAILURE) return true;
  return patterns.some((pattern) => {
    if (pattern === NOT_2XX) return status < 200 || status > 299;
    return pattern.endsWith('xx') ? Math.floor(status / 100) === Number(pattern[0]) : status === Number(pattern);
  });
}
