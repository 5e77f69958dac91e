/**
 * An instant as ISO 8601 text, in UTC.
 *
 * @param ms - milliseconds since the Unix epoch
 * @example isoTime(0) // '1970-01-01T00:00:00.000Z'
 */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * Like `isoTime`; null stays null.
 *
 * @example isoTimeOrNull(null) // null
 */
export function isoTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
