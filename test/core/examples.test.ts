import { describe, expect, it } from 'vitest';
import * as pairs from './drift/pairs.ts';
import { type Example, importFolder, listExamples, runExample } from './examples.ts';
import { relativeError } from './stats/golden.ts';

const FOLDERS = ['stats', 'profile', 'drift', 'evaluation', 'forecast', 'table', 'time', 'format'] as const;
/** Where a docstring shows results, it shows this many digits of them. */
const SHOWN_DIGITS = 4;

const run = async (example: Example, folder: string) =>
  runExample(example, { ...pairs, Buffer, ...(await importFolder(`core/${folder}`)) });

describe.each(FOLDERS)('every example in a docstring of src/core/%s is true', (folder) => {
  const examples = listExamples(`core/${folder}`);

  it('there are some', () => expect(examples.length).toBeGreaterThan(0));

  it.each(examples)('$file: $code', async (example) => {
    const { actual, expected } = await run(example, folder);
    if (example.file.includes('/drift/methods/')) expect(shown(actual)).toMatchObject(shown(expected) as object);
    else if (typeof expected === 'number') expect(relativeError(actual as number, expected)).toBeLessThan(1e-12);
    else expect(plain(actual)).toEqual(plain(expected));
  });
});

/** What JSON shows of a value, numbers to a few digits. */
function shown(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'number' ? Number(part.toPrecision(SHOWN_DIGITS)) : part,
  );
}

/** Typed arrays and objects without a prototype as what they show. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
