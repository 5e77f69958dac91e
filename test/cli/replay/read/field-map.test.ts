import { describe, expect, test } from 'vitest';
import { typedCell } from '../../../../src/cli/replay/read/csv.ts';
import { IDENTITY_MAP, mapFields, parseFieldMap } from '../../../../src/cli/replay/read/field-map.ts';

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('parseFieldMap', () => {
  test('reads columns, constants with commas, and the rest', () => {
    const map = parseFieldMap(['ts=time, service="a, b"', 'request.body.*=*']);
    const row = { time: 5, amount: 1.5, currency: 'USD' };
    expect(plain(mapFields(map, row))).toEqual({
      ts: 5,
      service: 'a, b',
      request: { body: { amount: 1.5, currency: 'USD' } },
    });
  });

  test('without a prefix for other columns, they are left out', () => {
    expect(plain(mapFields(parseFieldMap(['ts=t']), { t: 1, secret: 2 }))).toEqual({ ts: 1 });
  });

  test('finds JSON values by an exact name, then by a path with dots', () => {
    const map = parseFieldMap(['response.status=http.code,host=a.b']);
    expect(plain(mapFields(map, { http: { code: 200 }, 'a.b': 'x', a: { b: 'y' } }))).toEqual({
      response: { status: 200 },
      host: 'x',
    });
  });

  test('a missing column gives a missing field', () => {
    expect(plain(mapFields(parseFieldMap(['ts=t,host=h']), { t: 1, h: null }))).toEqual({ ts: 1 });
  });

  test.each(['ts', 'ts=', '=col', 'ts=*'])('refuses %j with the correct form', (text) => {
    expect(() => parseFieldMap([text])).toThrow(/--map/);
  });
});

test('without --map the name of a column is the path of its field, and __proto__ is an ordinary name', () => {
  const event = mapFields(IDENTITY_MAP, { ts: 1, 'request.body.amount': 2, '__proto__.polluted': 3 });
  expect(JSON.stringify(event)).toBe('{"ts":1,"request":{"body":{"amount":2}},"__proto__":{"polluted":3}}');
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

describe('typedCell', () => {
  test.each([
    ['1.5', 1.5],
    ['-0', -0],
    ['1e3', 1000],
    ['007', '007'],
    ['1e999', '1e999'],
    ['+4', '+4'],
    ['true', true],
    ['TRUE', 'TRUE'],
    ['NaN', 'NaN'],
  ])('%j is %j', (cell, expected) => {
    expect(typedCell(['request', 'x'], cell)).toBe(expected);
  });

  test('services, endpoints, hosts and ids stay text', () => {
    for (const name of ['service', 'endpoint', 'host', 'id']) expect(typedCell([name], '42')).toBe('42');
  });
});
