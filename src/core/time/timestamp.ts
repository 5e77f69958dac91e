/** The latest time of an event: the end of the year 9999, the last that both Postgres and RFC 3339 write. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?([Zz]|[+-]\d{2}:?\d{2})$/;
const ZONELESS = /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?)?$/;

/** Why a value is not the time of an event. */
export type TimestampProblem = 'not_a_time' | 'no_zone';

/**
 * Parses the time of an event: ISO 8601 with a zone (`Z` or an offset), or milliseconds since the Unix epoch.
 * A leap second (`23:59:60Z`) is the first second of the next minute, as in Postgres.
 *
 * @param value - the event's `ts`
 * @returns milliseconds since the Unix epoch, floored to a whole number; or the problem
 * @example parseTimestamp('2026-01-01T00:00:00.5Z') // 1767225600500
 */
export function parseTimestamp(value: unknown): number | TimestampProblem {
  if (typeof value === 'number') return inRange(Math.floor(value));
  if (typeof value !== 'string') return 'not_a_time';
  return parsePlainUtc(value) ?? parseRfc3339(value);
}

function inRange(ms: number): number | TimestampProblem {
  return ms >= 0 && ms <= LATEST_MS ? ms : 'not_a_time';
}

function parseRfc3339(text: string): number | TimestampProblem {
  const match = RFC3339.exec(text);
  if (match === null) return ZONELESS.test(text) ? 'no_zone' : 'not_a_time';
  const [, y, mo, d, h, mi, s, fraction, zone] = match as unknown as string[];
  const [month, day, hour, minute, second] = [Number(mo), Number(d), Number(h), Number(mi), Number(s)];
  if (hour > 23 || minute > 59 || second > 60 || (second === 60 && minute !== 59)) return 'not_a_time';
  const date = new Date(Date.UTC(Number(y), month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return 'not_a_time';
  const offset = zoneOffsetMinutes(zone ?? 'Z');
  if (offset === undefined) return 'not_a_time';
  const ms = Math.floor(Number(`0.${fraction ?? '0'}`) * 1000);
  return inRange(date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms);
}

function zoneOffsetMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 15 || minutes > 59) return undefined;
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** The form nearly every client sends, `YYYY-MM-DDTHH:MM:SS(.mmm)?Z`, without a regular expression: this runs once per event. */
function parsePlainUtc(text: string): number | undefined {
  const { length } = text;
  if ((length !== 24 && length !== 20) || text[length - 1] !== 'Z' || text[10] !== 'T') return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined;
  const minuteMs = minuteOf(text);
  const second = digits(text, 17, 2);
  const ms = length === 24 ? (text[19] === '.' ? digits(text, 20, 3) : -1) : 0;
  if (minuteMs === undefined || second < 0 || second > 59 || ms < 0) return undefined;
  return minuteMs + second * 1000 + ms;
}

let lastMinuteText = '';
let lastMinuteMs: number | undefined;

/** Events arrive nearly in order of time, so most have the minute of the previous one. */
function minuteOf(text: string): number | undefined {
  const minuteText = text.slice(0, 16);
  if (minuteText !== lastMinuteText) {
    const ms = parseRfc3339(`${minuteText}:00Z`);
    lastMinuteText = minuteText;
    lastMinuteMs = typeof ms === 'number' ? ms : undefined;
  }
  return lastMinuteMs;
}

function digits(text: string, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
