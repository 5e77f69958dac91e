import fc from 'fast-check';
import { expect, it } from 'vitest';
import { insideArray, splitArray } from '../../../src/services/ingest/split-array.ts';

it('returns each element of a JSON array as it was written', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.constantFrom(0, 1, 2), (values, indent) => {
      const text = JSON.stringify(values, null, indent);
      expect(splitArray(text).map((element) => JSON.parse(element))).toEqual(JSON.parse(text));
      expect(JSON.parse(`[${insideArray(text)}]`)).toEqual(JSON.parse(text));
    }),
  );
});

it('keeps the digits of numbers and the order of fields', () => {
  const text = ' [ {"b":1.0,"a":12345678901234567890} , {"s":"\\"],[{\\\\"} ] ';
  expect(splitArray(text).map((element) => element.trim())).toEqual([
    '{"b":1.0,"a":12345678901234567890}',
    '{"s":"\\"],[{\\\\"}',
  ]);
});
