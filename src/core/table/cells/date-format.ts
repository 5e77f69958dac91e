/** The order of day, month and year in a date. */
export const DATE_ORDERS = ['ymd', 'dmy', 'mdy'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** A date with an optional time: `2025-12-31`, `31.12.2025 23:59`, `12/31/25 11:59 PM`. A time may have a zone, which counts. */
const DATE =
  /^(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?)?(?: ?(Z|z|UTC|[+-]\d{2}:?(?:\d{2})?))?$/;
const STARTS_AS_DATE = /^\d{1,4}[-./]/;
const LONGEST = 40;
/** Of two digits, years up to here are of this century. */
const LAST_YEAR_OF_CENTURY = 68;
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** A date as it is written, before its order is known. */
export interface WrittenDate {
  readonly numbers: readonly [number, number, number];
  readonly digits: readonly [number, number, number];
  readonly separator: string;
  /** Milliseconds since midnight, less the zone. */
  readonly timeMs: number;
  readonly hasTime: boolean;
}

/**
 * Splits a date into its numbers.
 *
 * @returns undefined when the text is not a date
 * @example splitDate('31.12.2025')?.numbers // [31, 12, 2025]
 */
export function splitDate(text: string): WrittenDate | undefined {
  if (text.length > LONGEST || !STARTS_AS_DATE.test(text)) return undefined;
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, a = '', separator = '', b = '', c = '', hour, minute, second = '0', fraction = '', half, zone] = found;
  const hasTime = hour !== undefined;
  const time = hasTime ? timeOf({ hour: Number(hour), minute: Number(minute), second: Number(second), half }) : 0;
  if (time === undefined || isVersion(found)) return undefined;
  return {
    numbers: [Number(a), Number(b), Number(c)],
    digits: [a.length, b.length, c.length],
    separator,
    timeMs: time + Math.floor(Number(`0.${fraction || 0}`) * SECOND) - zoneMs(zone),
    hasTime,
  };
}

/** `1.2.10` is more often a version than a date. */
function isVersion([, a = '', separator, b = '', c = '']: readonly string[]): boolean {
  return separator === '.' && a.length < 4 && c.length < 4 && a.length + b.length < 4;
}

interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly half: string | undefined;
}

function timeOf({ hour, minute, second, half }: ClockTime): number | undefined {
  if (minute > 59 || second > 60 || hour > (half === undefined ? 24 : 12)) return undefined;
  const isAfternoon = half === 'p' || half === 'P';
  const hours = half === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
  return hours * HOUR + minute * MINUTE + Math.min(second, 59) * SECOND;
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || /^(z|utc)$/i.test(zone)) return 0;
  const sign = zone[0] === '-' ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * HOUR + Number(zone.slice(3).replace(':', '') || 0) * MINUTE);
}

/**
 * The moment of a date.
 *
 * @param order - of day, month and year
 * @returns milliseconds since the Unix epoch, as if written in UTC where there is no zone; NaN when there is no such day
 * @example momentOf(splitDate('31.12.2025'), 'dmy') // 1767139200000
 */
export function momentOf(date: WrittenDate | undefined, order: DateOrder): number {
  if (date === undefined) return Number.NaN;
  const [a, b, c] = date.numbers;
  const place = order === 'ymd' ? 0 : 2;
  const [day, month] = order === 'ymd' ? [c, b] : order === 'dmy' ? [a, b] : [b, a];
  const year = yearOf(date.numbers[place], date.digits[place] as number);
  if (year === undefined || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return Number.NaN;
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  return start.getTime() + date.timeMs;
}

function yearOf(year: number, digits: number): number | undefined {
  if (digits === 4) return year;
  return digits === 2 ? year + (year <= LAST_YEAR_OF_CENTURY ? 2_000 : 1_900) : undefined;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** How people write an order, for a note. */
export function describeOrder(order: DateOrder, separator: string): string {
  const parts = { ymd: ['yyyy', 'mm', 'dd'], dmy: ['dd', 'mm', 'yyyy'], mdy: ['mm', 'dd', 'yyyy'] }[order];
  return parts.join(separator);
}
