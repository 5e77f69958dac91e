import { describe, expect, it } from 'vitest';
import { listExamples, runExample } from './examples.ts';
import { relativeError } from './golden.ts';

describe('every example in a docstring of src/core/stats is true', () => {
  const examples = listExamples('core/stats');
  it('there is one in each file', () => {
    expect(examples.length).toBeGreaterThan(20);
  });
  it.each(examples)('$file: $code', async (example) => {
    const { actual, expected } = await runExample('core/stats', example);
    if (typeof expected === 'number') expect(relativeError(actual as number, expected)).toBeLessThan(1e-12);
    else expect(actual).toEqual(expected);
  });
});
