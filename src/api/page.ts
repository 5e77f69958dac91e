import { z } from 'zod';
import { cursor, wholeNumber } from './parameters.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** The query of a list that comes in pages. */
export function pageQuery(defaultLimit = DEFAULT_LIMIT, maxLimit = MAX_LIMIT) {
  return {
    limit: limitUpTo(maxLimit, defaultLimit),
    cursor: cursor.optional(),
  };
}

/** How many entries at most. */
export function limitUpTo(max: number, fallback: number) {
  return wholeNumber(1, max)
    .optional()
    .transform((limit) => limit ?? fallback)
    .meta({ type: 'integer', minimum: 1, maximum: max, description: `At most so many; ${fallback} when not given` });
}

/** A page of a list, under the name of its entries. */
export function pageOf<Name extends string, Entry extends z.ZodType>(name: Name, entry: Entry) {
  const entries = { [name]: z.array(entry).readonly() } as Record<Name, z.ZodReadonly<z.ZodArray<Entry>>>;
  return z.object({ ...entries, next: next }).readonly();
}

const next = z.string().nullable().describe('`cursor` of the next page; null on the last one');
