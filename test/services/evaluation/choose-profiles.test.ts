import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time/window.ts';
import { chooseProfiles } from '../../../src/services/evaluation/choose-profiles.ts';
import type { StoredProfileRef } from '../../../src/store/stored-profiles.ts';

const DAY = Date.UTC(2026, 4, 4);

interface Minute {
  readonly minute: number;
  readonly folded: boolean;
  readonly kept: boolean;
}

/** Two days of minutes, some folded into hours and days as the service does it, some of the folded ones dropped. */
function partsOf(minutes: readonly Minute[], daysFolded: boolean): StoredProfileRef[] {
  let id = 0;
  const part = (bucketMs: number, span: 60 | 3600 | 86_400, folded: boolean): StoredProfileRef => ({
    id: ++id,
    bucketMs,
    span,
    n: 1,
    folded,
  });
  const refs = minutes.filter((m) => m.kept || !m.folded).map((m) => part(DAY + m.minute * MINUTE_MS, 60, m.folded));
  const hours = new Set(minutes.filter((m) => m.folded).map((m) => Math.floor(m.minute / 60)));
  const days = new Set([...hours].map((hour) => Math.floor(hour / 24)));
  return [
    ...refs,
    ...[...hours].map((hour) => part(DAY + hour * HOUR_MS, 3600, daysFolded)),
    ...(daysFolded ? [...days].map((day) => part(DAY + day * DAY_MS, 86_400, false)) : []),
  ];
}

/** The minutes that a part stands for. */
function minutesOf(ref: StoredProfileRef, minutes: readonly Minute[]): number[] {
  if (ref.span === 60) return [(ref.bucketMs - DAY) / MINUTE_MS];
  const inside = (m: Minute): boolean => {
    const ms = DAY + m.minute * MINUTE_MS;
    return m.folded && ms >= ref.bucketMs && ms < ref.bucketMs + ref.span * 1000;
  };
  return minutes.filter(inside).map((m) => m.minute);
}

const minuteArb = fc.record({ minute: fc.integer({ min: 0, max: 2879 }), folded: fc.boolean(), kept: fc.boolean() });
const minutesArb = fc.uniqueArray(minuteArb, { selector: (m) => m.minute, maxLength: 300 });
const intervalArb = fc
  .tuple(fc.integer({ min: 0, max: 2880 }), fc.integer({ min: 0, max: 2880 }))
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ startMs: DAY + Math.min(a, b) * MINUTE_MS, endMs: DAY + Math.max(a, b) * MINUTE_MS }));

describe('chooseProfiles', () => {
  it('holds each minute of what it covers once, and no other', () => {
    fc.assert(
      fc.property(minutesArb, fc.boolean(), intervalArb, (minutes, daysFolded, interval) => {
        // Minutes of an hour are dropped together.
        const whole = minutes.map((m) => ({
          ...m,
          kept: minutes.find((o) => Math.floor(o.minute / 60) === Math.floor(m.minute / 60))?.kept ?? true,
        }));
        const refs = partsOf(whole, daysFolded);
        const { ids, covered } = chooseProfiles(refs, interval);
        const held = refs.filter((ref) => ids.includes(ref.id)).flatMap((ref) => minutesOf(ref, whole));
        const wanted = whole.filter(({ minute }) => {
          const ms = DAY + minute * MINUTE_MS;
          return ms >= interval.startMs && ms < interval.endMs;
        });
        expect(new Set(held).size).toBe(held.length);
        for (const { minute } of wanted) expect(held).toContain(minute);
        for (const minute of held) {
          const ms = DAY + minute * MINUTE_MS;
          expect(ms >= covered.startMs && ms < covered.endMs).toBe(true);
        }
      }),
    );
  });

  it('does not widen while the minutes are there', () => {
    const minutes = Array.from({ length: 2880 }, (_, minute) => ({ minute, folded: true, kept: true }));
    const refs = partsOf(minutes, true);
    const interval = { startMs: DAY + 30 * MINUTE_MS, endMs: DAY + DAY_MS + 90 * MINUTE_MS };
    const { ids, covered } = chooseProfiles(refs, interval);
    expect(covered).toEqual(interval);
    expect(ids).toHaveLength(30 + 23 + 1 + 30);
  });

  it('takes a whole day in one part', () => {
    const minutes = Array.from({ length: 2880 }, (_, minute) => ({ minute, folded: true, kept: false }));
    expect(chooseProfiles(partsOf(minutes, true), { startMs: DAY, endMs: DAY + 2 * DAY_MS }).ids).toHaveLength(2);
  });
});
