import { z } from 'zod';

/**
 * A text that can be stored.
 *
 * @param max - UTF-16 units
 */
export function textSchema(max: number) {
  return storableText().max(max, `is longer than ${max} characters`);
}

/** A text of any length. Postgres holds neither NUL nor half of a surrogate pair. */
export function storableText() {
  return z
    .string({ error: (issue) => (Array.isArray(issue.input) ? 'is given more than once' : undefined) })
    .min(1, 'is empty')
    .refine((text) => !text.includes('\0'), 'holds a NUL character')
    .refine((text) => text.isWellFormed(), 'holds half of a surrogate pair');
}
