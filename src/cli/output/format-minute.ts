/**
 * An ISO 8601 time without seconds and zone.
 *
 * @example formatMinute('2026-01-05T10:30:00Z') // '2026-01-05 10:30'
 */
export function formatMinute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
