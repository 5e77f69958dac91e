import { MINUTE_MS } from './window.ts';

/** A span of the day without notifications; it may span midnight. */
export interface QuietHours {
  /** `HH:MM`, the first minute of quiet. */
  readonly from: string;
  /** `HH:MM`, the first minute after it. */
  readonly to: string;
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly zone: string;
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/;
const DAY_MINUTES = 1_440;

/**
 * Whether a text is a time of day, `HH:MM`.
 *
 * @example isTimeOfDay('24:00') // false
 */
export function isTimeOfDay(text: string): boolean {
  return TIME_OF_DAY.test(text);
}

/**
 * Whether a text is the name of a time zone.
 *
 * @example isZone('Europe/Berlin') // true
 */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether an instant lies in the quiet hours; `from` is inside, `to` is not, and hours may span midnight.
 *
 * @param ms - milliseconds since the Unix epoch
 * @example isQuiet({ from: '22:00', to: '07:00', zone: 'UTC' }, Date.UTC(2026, 0, 1, 23)) // true
 */
export function isQuiet(hours: QuietHours, ms: number): boolean {
  const [from, to, now] = [minuteOf(hours.from), minuteOf(hours.to), minuteInZone(hours.zone, ms)];
  return from <= to ? now >= from && now < to : now >= from || now < to;
}

/**
 * The end of the quiet hours: the next minute that is not quiet, within two days.
 *
 * @returns milliseconds since the Unix epoch; `ms` itself where it is not quiet
 * @example quietEnd({ from: '22:00', to: '07:00', zone: 'UTC' }, Date.UTC(2026, 0, 1, 23)) // Date.UTC(2026, 0, 2, 7)
 */
export function quietEnd(hours: QuietHours, ms: number): number {
  let at = ms;
  for (let i = 0; i < 2 * DAY_MINUTES && isQuiet(hours, at); i++) at = Math.floor(at / MINUTE_MS + 1) * MINUTE_MS;
  return at;
}

function minuteOf(text: string): number {
  const [, hour, minute] = TIME_OF_DAY.exec(text) ?? [];
  return Number(hour) * 60 + Number(minute);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function minuteInZone(zone: string, ms: number): number {
  const known = formats.get(zone);
  const format =
    known ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  if (known === undefined) formats.set(zone, format);
  return minuteOf(format.format(ms));
}
