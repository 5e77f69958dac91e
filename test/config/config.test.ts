import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema, readConfig } from '../../src/config/config.ts';

const LINES = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
const VARIABLE = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/;

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly isSet: boolean;
  readonly comment: string;
}

function variablesOf(lines: readonly string[]): Variable[] {
  return lines.flatMap((line, i) => {
    const [, hash, name, value] = VARIABLE.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    return [{ name, value, isSet: hash === '', comment: lines[i - 1] ?? '' }];
  });
}

const written = variablesOf(LINES);
const set = Object.fromEntries(written.filter(({ isSet }) => isSet).map(({ name, value }) => [name, value]));

describe('.env.example', () => {
  it('has every variable that the process reads exactly once, and no other', () => {
    expect(written.map(({ name }) => name).sort()).toEqual(Object.keys(configSchema.shape).sort());
  });

  it('has the default values: the unchanged file changes nothing', () => {
    expect(readConfig(set)).toEqual(readConfig({}));
  });

  it.each(written.filter(({ isSet }) => isSet))('$name=$value is the default value', ({ name, value }) => {
    const config = readConfig({}) as Record<string, unknown>;
    expect([config[name]].flat().join(',')).toBe(value);
  });

  it('comments out only variables without a default, with a valid value', () => {
    const unset = written.filter(({ isSet }) => !isSet);
    const config = readConfig({}) as Record<string, unknown>;
    expect(unset.map(({ name }) => name)).toEqual(
      Object.keys(configSchema.shape).filter((name) => config[name] === undefined),
    );
    const tried = readConfig(Object.fromEntries(unset.map(({ name, value }) => [name, value])));
    for (const { name, value } of unset) expect(tried).toHaveProperty(name, value);
  });

  it('explains each variable in one line', () => {
    for (const { name, comment } of written) expect(comment, name).toMatch(/^# \S.{10,}/);
  });
});

describe('readConfig', () => {
  it('treats an empty variable as not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('names all invalid variables together', () => {
    const read = () => readConfig({ PORT: '70000', DATABASE_URL: 'mysql://x', SLO_SUCCESS_MIN: '2' });
    expect(read).toThrow(RangeError);
    for (const name of ['PORT', 'DATABASE_URL', 'SLO_SUCCESS_MIN'])
      expect(read).toThrow(new RegExp(`^  ${name}: `, 'm'));
  });

  it('says which statuses can be failures', () => {
    expect(readConfig({ SLO_FAILURE_STATUS: '5xx, 429' }).SLO_FAILURE_STATUS).toEqual(['5xx', '429']);
    for (const wrong of ['5xx,fivehundred', '5', '0xx', ','])
      expect(() => readConfig({ SLO_FAILURE_STATUS: wrong })).toThrow('SLO_FAILURE_STATUS: use classes such as 5xx');
  });

  it('says that a number is needed', () => {
    expect(() => readConfig({ PORT: 'abc' })).toThrow(/^ {2}PORT: must be a number$/m);
  });

  it('ignores unknown variables, and freezes the result', () => {
    const config = readConfig({ HOME: '/root', PORT: '9000' });
    expect(config).not.toHaveProperty('HOME');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('splits lists and ignores spaces', () => {
    expect(readConfig({ FEATURES_DENY: 'a.**, b ,,' }).FEATURES_DENY).toEqual(['a.**', 'b']);
  });
});
