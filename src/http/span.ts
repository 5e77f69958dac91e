import { AppError } from '../core/errors.ts';
import type { Interval } from '../core/time/window.ts';

/** A window as a request gives it: a length that ends now, or `start` and `end` (now, when not given). In milliseconds. */
export interface AskedSpan {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly length?: number | undefined;
}

/** The interval that was asked for by its ends; undefined when only a length was given, or nothing. */
export function spanOf({ start, end, length }: AskedSpan, nowMs: number): Interval | undefined {
  if (start === undefined && end === undefined) return undefined;
  if (length !== undefined)
    throw new AppError('invalid_window', 'Give the length of a window, or its start and end, not both.');
  if (start === undefined) throw new AppError('invalid_window', 'Give start as well as end.');
  const interval = { startMs: start, endMs: end ?? nowMs };
  if (interval.startMs < interval.endMs) return interval;
  throw new AppError('invalid_window', 'start must be before end, which is now when it is not given.');
}
