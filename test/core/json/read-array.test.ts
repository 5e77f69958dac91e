import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArray, readElement, Unread, WHOLE_CHARS } from '../../../src/core/json/read-array.ts';
import { readLines } from '../../../src/core/json/read-lines.ts';
import { scanValue } from '../../../src/core/json/scan-value.ts';
import { splitMembers } from '../../../src/core/json/split-members.ts';

const LIMITS = { maxDepth: 32, maxValues: 1_000 };
const read = (text: string) => [...readArray(text, LIMITS)].flat();
/** So long that the array is read in slices. */
const FILL = 'x'.repeat(30_000);

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + countValues(inner), 1);
}

describe('a long array', () => {
  it('gives the elements that JSON.parse gives, whatever they are and however they are spaced', () => {
    const element = fc.oneof(
      fc.jsonValue(),
      fc.record({ text: fc.constant(FILL), list: fc.array(fc.record({ a: fc.string(), b: fc.integer() })) }),
    );
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 9 }), fc.constantFrom(0, 1), (some, indent) => {
        const values = Array.from({ length: 8 }, () => [{ tricky: '},{"\\' }, FILL, ...some]).flat();
        const text = JSON.stringify([...values, 'y'.repeat(WHOLE_CHARS)], null, indent);
        expect(read(text).slice(0, -1)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
      { numRuns: 40 },
    );
  });

  it('is refused wherever it is not JSON', () => {
    const good = Array.from({ length: 30 }, (_, n) => ({ n, list: [{ a: 1 }, { a: 2 }], fill: FILL }));
    const text = JSON.stringify(good);
    expect(read(text)).toEqual(good);
    const last = text.slice(0, -1);
    const broken = [
      last,
      `${last},]`,
      `${last}}`,
      `${text}]`,
      `${text} x`,
      `${last},,1]`,
      `${last},{"a":}]`,
      `${last},"a]`,
    ];
    for (const wrong of [
      ...broken,
      text.replace('[', '[,'),
      text.replace('},{"n":9', '}{"n":9'),
      text.replace('"n":12', '"n"12'),
    ])
      expect(() => read(wrong), wrong.slice(-20)).toThrow(SyntaxError);
  });

  it('does not build an element that is beyond the limits, and goes on after it', () => {
    const bomb = (n: number, inner: string) => `{"a":[${`${inner},`.repeat(n)}${inner}]}`;
    const deep = `${'['.repeat(200_000)}${'     '}${']'.repeat(200_000)}`;
    const text = `[1,${bomb(200_000, '[]')},2,${deep},{"fill":"${'z'.repeat(WHOLE_CHARS)}"},3]`;
    const values = read(text);
    expect(values).toEqual([1, new Unread('too_many_values'), 2, new Unread('too_deep'), expect.any(Object), 3]);
    expect(readElement(bomb(200_000, '{}'), LIMITS)).toEqual(new Unread('too_many_values'));
    expect([...readLines(`1\n\n${bomb(200_000, '1')}\n{\n2`, LIMITS, [])].flat()).toEqual([
      1,
      new Unread('too_many_values'),
      new Unread('invalid_json'),
      2,
    ]);
  });
});

describe('a value is passed over', () => {
  it('to its end, with its depth, and at least as many values as it has, at most twice as many', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ,1', ']', '}'), (value, rest) => {
        const text = JSON.stringify(value, null, 1);
        const { end, values } = scanValue(text + rest, 0);
        expect(end).toBe(rest === ' ,1' ? text.length + 1 : text.length);
        const own = countValues(value);
        expect(values).toBeGreaterThanOrEqual(own);
        expect(values).toBeLessThanOrEqual(2 * own);
      }),
    );
    expect(scanValue('{"a":[[1]]}', 0)).toEqual({ end: 11, depth: 3, values: 4 });
    expect(scanValue('"never ends \\"', 0).end).toBe(14);
  });

  it('the members of an object are found as JSON.parse finds them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        const found = splitMembers(text).map(({ name, from, end }) => [name, JSON.parse(text.slice(from, end))]);
        expect(found).toEqual(Object.entries(JSON.parse(text)));
      }),
    );
    for (const wrong of ['', '[]', '{', '{"a"}', '{"a":1', '{"a":1}x', '{"a":1,}', '{a:1}', '{"a":1]'])
      expect(() => splitMembers(wrong), wrong).toThrow(SyntaxError);
    expect(() => splitMembers(`{${'"a":1,'.repeat(2_000)}"b":1}`)).toThrow('more than 1000 names');
  });
});
