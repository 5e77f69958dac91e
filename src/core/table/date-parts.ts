import { CategoryCounts } from '../profile/counts.ts';
import type { FeatureProfile, NumericProfile } from '../profile/profile.ts';
import type { CalendarCounts } from './calendar.ts';

/** What of dates is compared: where they lie in time, and which weekdays, months and hours they have. */
export type DatePart = 'range' | 'weekday' | 'month' | 'hour';

/** The dates of a column. */
export interface Dates {
  readonly numeric: NumericProfile;
  readonly calendar: CalendarCounts;
}

/** A part of the dates of both tables. */
export interface PartPair {
  readonly reference: FeatureProfile;
  readonly current: FeatureProfile;
}

const [HOUR_MS, DAY_HOURS, WEEK_DAYS, YEAR_DAYS] = [3_600_000, 24, 7, 365];
const DAY_MS = HOUR_MS * DAY_HOURS;
/** 1970-01-01 was a Thursday, and weeks begin on Mondays. */
const FIRST_WEEKDAY = 3;
/** Dates of a whole year seldom begin on its first day and end on its last. */
const DAYS_SHORT_OF_A_YEAR = 18;
/** From this share of the wider range on, both ranges are of the same time, and dates may be compared by where they lie. */
const SAME_RANGE = 0.8;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/**
 * The parts in which the dates of two tables can be compared.
 *
 * - range, where both lie in about the same time: production that follows its reference is later, which is no drift;
 * - weekday, month and hour, where both hold whole weeks, years or days, of which the latest ones count: a part of a cycle would differ by
 *   itself. Hours need times that are not all midnight.
 *
 * @returns no entry for a part that cannot be compared
 */
export function datePartsOf(reference: Dates, current: Dates): ReadonlyMap<DatePart, PartPair> {
  const parts = new Map<DatePart, PartPair>();
  if (isSameRange(reference.numeric, current.numeric))
    parts.set('range', { reference: { numeric: reference.numeric }, current: { numeric: current.numeric } });
  for (const [part, count] of Object.entries(CYCLES) as [keyof typeof CYCLES, (dates: Dates) => FeatureProfile][]) {
    const [before, after] = [count(reference), count(current)];
    if (before.categories !== undefined && after.categories !== undefined)
      parts.set(part, { reference: before, current: after });
  }
  return parts;
}

function isSameRange({ moments: a }: NumericProfile, { moments: b }: NumericProfile): boolean {
  const shared = Math.min(a.max, b.max) - Math.max(a.min, b.min);
  return shared >= SAME_RANGE * Math.max(a.max - a.min, b.max - b.min);
}

const CYCLES = {
  weekday: ({ calendar }: Dates) => {
    const { first, last, counts } = daysOf(calendar);
    const weeks = Math.floor((last - first + 1) / WEEK_DAYS);
    const from = last - weeks * WEEK_DAYS;
    return inNames(counts, (day) => (day > from ? WEEKDAYS[mod(day + FIRST_WEEKDAY, WEEK_DAYS)] : undefined));
  },
  month: ({ calendar }: Dates) => {
    const { first, last, counts } = daysOf(calendar);
    const years = Math.floor((last - first + 1 + DAYS_SHORT_OF_A_YEAR) / (YEAR_DAYS + 0.25));
    const from = yearsBefore(last, years);
    return inNames(counts, (day) => (day > from ? MONTHS[new Date(day * DAY_MS).getUTCMonth()] : undefined));
  },
  hour: ({ calendar }: Dates) => {
    if (calendar.unit !== 'hour' || !calendar.hasTimes) return {};
    const [first, last] = endsOf(calendar.counts);
    const days = Math.floor((last - first + 2) / DAY_HOURS);
    const from = last - days * DAY_HOURS;
    return inNames(calendar.counts, (hour) =>
      hour > from ? String(mod(hour, DAY_HOURS)).padStart(2, '0') : undefined,
    );
  },
};

function daysOf({ counts, unit }: CalendarCounts) {
  const days = counts.map(([at, rows]) => [unit === 'day' ? at : Math.floor(at / DAY_HOURS), rows] as const);
  const [first, last] = endsOf(days);
  return { first, last, counts: days };
}

function endsOf(counts: CalendarCounts['counts']): [first: number, last: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [at] of counts) {
    if (at < first) first = at;
    if (at > last) last = at;
  }
  return [first, last];
}

/** The day some years before another. */
function yearsBefore(day: number, years: number): number {
  const date = new Date(day * DAY_MS);
  return Math.floor(date.setUTCFullYear(date.getUTCFullYear() - years) / DAY_MS);
}

/** Rows by name; no categories where nothing has a name. */
function inNames(counts: CalendarCounts['counts'], nameOf: (at: number) => string | undefined): FeatureProfile {
  const named = new Map<string, number>();
  for (const [at, rows] of counts) {
    const name = nameOf(at);
    if (name !== undefined) named.set(name, (named.get(name) ?? 0) + rows);
  }
  if (named.size === 0) return {};
  return { categories: CategoryCounts.restore({ counts: named, other: 0, distinct: undefined }) };
}

function mod(x: number, n: number): number {
  return ((x % n) + n) % n;
}
