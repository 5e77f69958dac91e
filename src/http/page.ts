import { z } from 'zod';
import { cursor, wholeNumber } from './parameters.ts';

/** The query of a list that comes in pages. */
export function pageQuery(defaultLimit: number, maxLimit: number) {
  return {
    limit: wholeNumber(1, maxLimit).optional().describe(`At most so many; ${defaultLimit} when not given`),
    cursor: cursor.optional(),
  };
}

export const next = z.string().nullable().describe('`cursor` of the next page; null on the last one');
