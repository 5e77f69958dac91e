import { AppError } from '../core/errors.ts';
import type { Interval } from '../core/time/window.ts';

/** A window in a request: a length that ends now, or `start` and `end` (now, when not given). In milliseconds. */
export interface RequestedInterval {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly length?: number | undefined;
}

/** The interval of a request that gives its ends; undefined when it gives only a length, or nothing. */
export function intervalOf({ start, end, length }: RequestedInterval, nowMs: number): Interval | undefined {
  if (start === undefined && end === undefined) return undefined;
  if (length !== undefined)
    throw new AppError('invalid_window', 'Give the length of a window, or its start and end, not both.');
  if (start === undefined) throw new AppError('invalid_window', 'Give start as well as end.');
  const interval = { startMs: start, endMs: end ?? nowMs };
  if (interval.startMs < interval.endMs) return interval;
  throw new AppError('invalid_window', 'start must be before end, which is now when it is not given.');
}
