import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuiet, isTimeOfDay, isZone, type QuietHours, quietEnd } from '../../../src/core/time/quiet-hours.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';

const DAY = Date.UTC(2026, 0, 5);
const NIGHT: QuietHours = { from: '22:00', to: '07:00', zone: 'UTC' };

const at = (text: string, zone = 'UTC', hours: QuietHours = NIGHT) =>
  isQuiet({ ...hours, zone }, Date.parse(`2026-01-05T${text}Z`));

const timeArb = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));

describe('isQuiet', () => {
  it.each([
    ['21:59:59.999', false],
    ['22:00:00.000', true],
    ['23:59:59.999', true],
    ['00:00:00.000', true],
    ['06:59:59.999', true],
    ['07:00:00.000', false],
    ['12:00:00.000', false],
  ])('over midnight at %s: %s', (text, expected) => expect(at(text)).toBe(expected));

  it('within a day', () => {
    const noon = { from: '12:00', to: '13:30', zone: 'UTC' };
    expect(['11:59:59', '12:00:00', '13:29:59', '13:30:00'].map((text) => at(text, 'UTC', noon))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('goes by the clock of the zone, summer and winter', () => {
    const hours = { ...NIGHT, zone: 'Europe/Berlin' };
    const quiet = (text: string) => isQuiet(hours, Date.parse(text));
    expect([quiet('2026-01-05T20:59Z'), quiet('2026-01-05T21:00Z'), quiet('2026-01-05T06:00Z')]).toEqual([
      false,
      true,
      false,
    ]);
    expect([quiet('2026-07-05T19:59Z'), quiet('2026-07-05T20:00Z'), quiet('2026-07-05T05:00Z')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(at('16:15:00', 'Asia/Kathmandu')).toBe(true);
    expect(at('16:14:59', 'Asia/Kathmandu')).toBe(false);
  });

  it('from a time to the same time is never quiet', () => {
    fc.assert(
      fc.property(timeArb, fc.nat(DAY_MS), (time, ms) => {
        expect(isQuiet({ from: time, to: time, zone: 'UTC' }, DAY + ms)).toBe(false);
      }),
    );
  });

  it('of two spans that make up the day, exactly one is quiet', () => {
    fc.assert(
      fc.property(timeArb, timeArb, fc.nat(DAY_MS), (from, to, ms) => {
        fc.pre(from !== to);
        const zone = 'America/St_Johns';
        expect(isQuiet({ from, to, zone }, DAY + ms)).toBe(!isQuiet({ from: to, to: from, zone }, DAY + ms));
      }),
    );
  });
});

describe('quietEnd', () => {
  it('is the moment itself where it is not quiet', () => {
    expect(quietEnd(NIGHT, DAY + 12 * HOUR_MS + 123)).toBe(DAY + 12 * HOUR_MS + 123);
  });

  it('is the first minute after it', () => {
    expect(quietEnd(NIGHT, DAY + 22 * HOUR_MS + 1)).toBe(DAY + 31 * HOUR_MS);
    expect(quietEnd(NIGHT, DAY + 7 * HOUR_MS - 1)).toBe(DAY + 7 * HOUR_MS);
  });

  it('is the first moment that is not quiet, and everything before it is', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(
        timeArb,
        timeArb,
        zones,
        fc.nat(365 * DAY_MS),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (from, to, zone, ms, share) => {
          const [hours, nowMs] = [{ from, to, zone }, DAY + ms];
          const endMs = quietEnd(hours, nowMs);
          expect(isQuiet(hours, endMs)).toBe(false);
          expect(endMs - nowMs).toBeLessThanOrEqual(25 * HOUR_MS);
          expect(endMs === nowMs).toBe(!isQuiet(hours, nowMs));
          if (endMs > nowMs) expect(isQuiet(hours, nowMs + Math.floor((endMs - 1 - nowMs) * share))).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('a night in which the clocks change is an hour shorter or longer', () => {
    const hours = { ...NIGHT, zone: 'Europe/Berlin' };
    const lengthOf = (from: string) => (quietEnd(hours, Date.parse(from)) - Date.parse(from)) / HOUR_MS;
    expect(lengthOf('2026-03-27T21:00Z')).toBe(9);
    expect(lengthOf('2026-03-28T21:00Z')).toBe(8);
    expect(lengthOf('2026-10-24T20:00Z')).toBe(10);
  });

  it('finds the one loud minute of a day', () => {
    const hours = { from: '09:01', to: '09:00', zone: 'UTC' };
    expect(quietEnd(hours, DAY + 9 * HOUR_MS + MINUTE_MS)).toBe(DAY + DAY_MS + 9 * HOUR_MS);
  });
});

it.each([
  ['00:00', true],
  ['23:59', true],
  ['24:00', false],
  ['7:00', false],
  ['07:60', false],
  ['07:00:00', false],
  ['07:00\n', false],
  ['', false],
])('%j is a time of day: %s', (text, expected) => expect(isTimeOfDay(text)).toBe(expected));

it.each([
  ['UTC', true],
  ['Europe/Berlin', true],
  ['Europe/Atlantis', false],
  ['', false],
  ['Berlin', false],
])('%j is a zone: %s', (zone, expected) => expect(isZone(zone)).toBe(expected));
