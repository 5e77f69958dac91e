import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { durationOrSeconds, inOrder, text, time, truth, wholeNumber } from '../../src/api/parameters.ts';

function messagesOf(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];
}

describe('parameters', () => {
  it('read a text that was given once', () => {
    expect(text().parse('payments')).toBe('payments');
    expect(messagesOf(text(), ['a', 'b'])).toEqual(['is given more than once']);
    expect(messagesOf(text(), '')).toEqual(['is empty']);
    expect(messagesOf(text(), 'a\0b')).toEqual(['holds a NUL character']);
    expect(messagesOf(text(3), 'abcd')).toEqual(['is longer than 3 characters']);
  });

  it.each(['0', '101', '-1', '1.5', '1e1', '0x10', ' 5', 'ten', '', '９'])(
    'refuse %j as a whole number from 1 to 100',
    (value) => {
      expect(wholeNumber(1, 100).safeParse(value).success).toBe(false);
    },
  );

  it('read whole numbers, the ends included', () => {
    expect(['1', '100', '007'].map((value) => wholeNumber(1, 100).parse(value))).toEqual([1, 100, 7]);
  });

  it('read lengths of time, and say which ones there are', () => {
    expect(durationOrSeconds.parse('30m')).toBe(1_800_000);
    expect(durationOrSeconds.parse('3600')).toBe(3_600_000);
    expect(durationOrSeconds.parse(3600)).toBe(3_600_000);
    for (const wrong of ['30 fortnights', '0m', '-5m', '', 0, 1.5, -1, Number.NaN]) {
      expect(messagesOf(durationOrSeconds, wrong)).toEqual(['use 30m, 1h, 24h, 7d, or whole seconds such as 3600']);
    }
    expect(durationOrSeconds.safeParse(null).success).toBe(false);
  });

  it('read times with a zone, and a + that the query made a space', () => {
    expect(time.parse('2026-01-01T00:00:00Z')).toBe(Date.UTC(2026, 0, 1));
    expect(time.parse('2026-01-01T02:00:00 02:00')).toBe(Date.UTC(2026, 0, 1));
    for (const wrong of ['2026-01-01', '2026-01-01T00:00:00', 'now', '99999-01-01T00:00:00Z']) {
      expect(messagesOf(time, wrong), wrong).toEqual(['use ISO 8601 with a zone, such as 2026-01-31T09:30:00Z']);
    }
  });

  it('read true and false, and nothing else', () => {
    expect([truth.parse('true'), truth.parse('false')]).toEqual([true, false]);
    expect(messagesOf(truth, '1')).toEqual(['use true or false']);
  });

  it('refuse a span that ends before it starts, by name', () => {
    const span = z.object({ from: time.optional(), to: time.optional() }).check(inOrder('from', 'to'));
    expect(span.safeParse({ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:01Z' }).success).toBe(true);
    expect(span.safeParse({ to: '2026-01-01T00:00:01Z' }).success).toBe(true);
    expect(messagesOf(span, { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })).toEqual([
      'from must be before to',
    ]);
  });
});
