import { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';
import { textSchema } from '../core/text-schema.ts';
import { parseTimestamp } from '../core/time/timestamp.ts';
import { DURATION_HINT, parseDuration } from '../core/time/window.ts';

const NAME_LENGTH = 500;
const CURSOR_LENGTH = 1_000;
const TIME_HINT = 'use ISO 8601 with a zone, such as 2026-01-31T09:30:00Z';

/** Adds an issue that names the refusal of the whole request: validation-error.ts reads it. */
function refuse(context: z.core.$RefinementCtx<unknown>, message: string, refusal: ErrorCode): never {
  context.issues.push({ code: 'custom', message, params: { refusal }, input: context.value });
  return z.NEVER;
}

const once = z.string({ error: (issue) => (Array.isArray(issue.input) ? 'is given more than once' : undefined) });

export function text(max = NAME_LENGTH) {
  return textSchema(max);
}

export const cursor = text(CURSOR_LENGTH).describe('`next` of the page before');

/** A whole number in a query, written in digits. */
export function wholeNumber(min: number, max: number, refusal: ErrorCode = 'invalid_request') {
  const hint = `use a whole number from ${min} to ${max}`;
  return once
    .transform((value, context) => {
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      return number >= min && number <= max ? number : refuse(context, hint, refusal);
    })
    .meta({ type: 'integer', minimum: min, maximum: max });
}

/** A length of time as people write it, or seconds as a JSON number; in milliseconds once read. */
export function lengthOfTime(hint = DURATION_HINT) {
  return z
    .preprocess(
      (value) => (typeof value === 'number' ? String(value) : value),
      once.transform((value, context) => parseDuration(value) ?? refuse(context, hint, 'invalid_window')),
    )
    .meta({
      type: ['string', 'integer'],
      description: 'A length of time: 30m, 1h, 24h, 7d, or whole seconds',
      examples: ['30m', 3600],
    });
}

export const durationOrSeconds = lengthOfTime();

/** A moment; in epoch milliseconds once read. A `+` that a query turned into a space is put back. */
export const time = once
  .transform((value, context) => {
    const ms = parseTimestamp(value.replace(/(T.*) (?=\d\d:?\d\d$)/, '$1+'));
    return typeof ms === 'number' ? ms : refuse(context, TIME_HINT, 'invalid_window');
  })
  .meta({ format: 'date-time', examples: ['2026-01-31T09:30:00Z'] });

/** A yes or no in a query. */
export const truth = z
  .enum(['true', 'false'], 'use true or false')
  .transform((value) => value === 'true')
  .meta({ type: 'boolean' });

/** Refuses a span that ends before it starts, or is empty. */
export function inOrder<Names extends string>(start: Names, end: Names) {
  return (context: z.core.ParsePayload<Partial<Record<Names, unknown>>>): void => {
    const { [start]: from, [end]: to } = context.value;
    if (typeof from !== 'number' || typeof to !== 'number' || from < to) return;
    const message = `${start} must be before ${end}`;
    context.issues.push({ code: 'custom', message, path: [start], params: { refusal: 'invalid_window' }, input: from });
  };
}
