import { describe, expect, it } from 'vitest';
import { chooseType } from '../../src/http/accept.ts';

const OFFERS = ['application/json', 'application/x-ndjson'] as const;

describe('chooseType', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['Application/X-NDJSON; charset=utf-8', 'application/x-ndjson'],
    ['application/json;q=0.5, application/x-ndjson', 'application/x-ndjson'],
    ['application/x-ndjson;q=0.5, */*;q=0.1', 'application/x-ndjson'],
    ['application/json;q=0, */*', 'application/x-ndjson'],
    ['text/html, */*;q=0.8', 'application/json'],
    ['text/csv', undefined],
    ['application/json;q=nonsense', undefined],
    [',,;;q', undefined],
  ])('%s → %s', (accept, chosen) => {
    expect(chooseType(accept, OFFERS)).toBe(chosen);
  });
});
