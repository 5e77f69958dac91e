import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOfPointer, readYaml } from '../../src/config/yaml-file.ts';

const TEXT = `a: 1
b:
  - x
  - y: 2
    z:
      3
"c d":
  200: {deep: true}
`;

describe('readYaml', () => {
  it('returns the value', () => {
    expect(readYaml(TEXT)).toMatchObject({
      value: { a: 1, b: ['x', { y: 2, z: 3 }], 'c d': { 200: { deep: true } } },
      errors: [],
    });
  });

  it.each([
    [[], 1],
    [['a'], 1],
    [['b'], 2],
    [['b', 0], 3],
    [['b', 1], 4],
    [['b', 1, 'y'], 4],
    [['b', 1, 'z'], 5],
    [['c d'], 7],
    [['c d', 200], 8],
    [['c d', 200, 'deep'], 8],
    [['b', 1, 'none', 'further'], 4],
    [['b', 9], 2],
    [['none'], 1],
  ])('%j is at line %s', (path, line) => expect(readYaml(TEXT).lineOf(path)).toBe(line));

  it('finds the line of every key of a JSON file', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '1', '/', '.', ' ', '"', '~', '[', '#', ':') });
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 8 }), fc.nat(7), (keys, pick) => {
        const text = `{\n"first": 0,\n${keys.map((name) => `${JSON.stringify(`k${name}`)}: {"in": 1}`).join(',\n')}\n}`;
        const at = pick % keys.length;
        const { errors, lineOf } = readYaml(text);
        expect(errors).toEqual([]);
        expect(lineOf([`k${keys[at]}`])).toBe(3 + at);
        expect(lineOf([`k${keys[at]}`, 'in'])).toBe(3 + at);
      }),
    );
  });

  it.each(['a: [1', 'a: "x', '- a\nb: 1', 'a: 1\na: 2', 'a: b: c', '@x', 'a: 1\n--- \nb: 2'])(
    '%j is not YAML, and says where',
    (text) => {
      const { value, errors } = readYaml(text);
      expect(value).toBeUndefined();
      expect(errors.length).toBeGreaterThan(0);
      for (const { line } of errors) expect(line >= 1 && line <= text.split('\n').length).toBe(true);
    },
  );

  it('never throws on any file', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '- ',
      '  ',
      '*a ',
      '&a ',
      '[',
      ']',
      '{',
      '}',
      '!!set ',
      '"',
      '? ',
      '<<: ',
      '|',
      '%',
      '---\n',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const { errors, lineOf } = readYaml(pieces.join(''));
        for (const { line } of errors) expect(line).toBeGreaterThan(0);
        expect(lineOf(['a', 0, 'b'])).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

it.each([
  ['/monitors/2/window', ['monitors', '2', 'window']],
  ['/monitors/0/features/a~1b~0c/alpha', ['monitors', '0', 'features', 'a/b~c', 'alpha']],
  ['', []],
])('%s as a path', (pointer, path) => expect(pathOfPointer(pointer)).toEqual(path));
