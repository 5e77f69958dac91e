import { isoTime } from '../core/format/iso-time.ts';
import type { Clock } from '../core/time/clock.ts';

/**
 * Placeholders of a multi-row VALUES, each with its cast.
 *
 * @param first - number of the first placeholder
 *
 * @example valuesOf(2, ['bigint', 'text']) // '($1::bigint,$2::text),($3::bigint,$4::text)'
 */
export function valuesOf(rows: number, casts: readonly string[], first = 1): string {
  const row = (r: number) => `(${casts.map((cast, c) => `$${r * casts.length + c + first}::${cast}`).join(',')})`;
  return Array.from({ length: rows }, (_, r) => row(r)).join(',');
}

/** Digits as a number: an id, or a part of a cursor. Undefined when they are not such a number, or beyond 2^53 − 1. */
export function wholeNumberOf(digits: string): number | undefined {
  const number = /^(0|[1-9]\d{0,15})$/.test(digits) ? Number(digits) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The last millisecond of the year 9999: later ones have no four-digit year. */
const LATEST_MS = Date.UTC(10_000, 0, 1) - 1;

/** A moment as a parameter: text is exact up to the year 9999, `to_timestamp(float8)` is not. What lies outside is clamped. */
export function timestampParam(ms: number): string {
  return isoTime(Math.min(Math.max(ms, 0), LATEST_MS));
}

/** A UTC day as a parameter of type date. */
export function dayParam(ms: number): string {
  return isoTime(ms).slice(0, 10);
}

/**
 * "Now" for a statement: null lets the database ask its own clock, so that replicas whose clocks differ agree; a driven clock is passed.
 * To be used as `coalesce($n::timestamptz, clock_timestamp())`.
 */
export function nowParam(clock: Clock): string | null {
  return clock.isDriven === true ? timestampParam(clock.now()) : null;
}

/** The first line of a statement whose `$1` is `nowParam(clock)`: `moment.now` is then one and the same throughout. */
export const MOMENT = 'moment as (select coalesce($1::timestamptz, clock_timestamp()) as now)';

/** A timestamptz as whole milliseconds since the Unix epoch. */
export function msOf(column: string): string {
  return `floor(extract(epoch from ${column}) * 1000)::float8`;
}
