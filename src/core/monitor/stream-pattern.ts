import { z } from 'zod';
import type { StreamName } from '../stream-name.ts';
import { textSchema } from '../text-schema.ts';

/** Twice the longest name of a stream: each character may be escaped. */
const MAX_PATTERN = 1_024;
const ALL = '*';
const WILDCARD = /(?<!\\)\*/;

/** Which streams a monitor of many is for. `*` is any text, `\*` the character. */
export const streamPattern = z.strictObject({
  service: textSchema(MAX_PATTERN),
  endpoint: textSchema(MAX_PATTERN).default(ALL),
});
type StreamPattern = z.output<typeof streamPattern>;

/**
 * Whether a document is for every stream that matches, rather than for one. It need not be valid.
 *
 * @example isPattern({ stream: { service: 'web*' } }) // true
 */
export function isPattern(document: unknown): boolean {
  const stream = (document as { stream?: unknown } | null | undefined)?.stream;
  if (typeof stream !== 'object' || stream === null) return false;
  const { service, endpoint } = stream as { service?: unknown; endpoint?: unknown };
  return [service, endpoint].some((text) => typeof text === 'string' && WILDCARD.test(text));
}

/** The pattern of a document; undefined for one that an older or newer program wrote. */
export function findStreamPattern(document: unknown): StreamPattern | undefined {
  return streamPattern.safeParse((document as { stream?: unknown }).stream).data;
}

/** Names as a document spells them: without a `*` that would make a pattern. */
export function escapeStream({ service, endpoint }: StreamName): StreamName {
  return { service: service.replaceAll('*', '\\*'), endpoint: endpoint.replaceAll('*', '\\*') };
}

/** The names that a document of one stream means. */
export function unescapeStream({ service, endpoint }: StreamName): StreamName {
  return { service: service.replaceAll('\\*', '*'), endpoint: endpoint.replaceAll('\\*', '*') };
}

/**
 * A pattern as SQL's LIKE has it.
 *
 * @example likeOf('web_*') // 'web\\_%'
 */
export function likeOf(pattern: string): string {
  return pattern.replace(/\\\*|[\\%_*]/g, (found) => (found === '*' ? '%' : found === '\\*' ? '*' : `\\${found}`));
}
