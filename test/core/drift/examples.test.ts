import { describe, expect, it } from 'vitest';
import { listExamples, runExample } from '../stats/examples.ts';
import { CALIBRATED, weigh } from './pairs.ts';

describe('every example in a docstring of src/core/drift is true', () => {
  const examples = listExamples('core/drift');
  it('there are some', () => {
    expect(examples.length).toBeGreaterThan(4);
  });
  it.each(examples)('$file: $code', async (example) => {
    const { actual, expected } = await runExample('core/drift', example, { weigh, settings: CALIBRATED });
    expect(plain(actual)).toEqual(plain(expected));
  });
});

/** Typed arrays and objects without a prototype as what they show. */
function plain(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : JSON.parse(JSON.stringify(value));
}
