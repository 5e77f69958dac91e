import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TEST_NAMES } from '../../../src/core/drift/test-name.ts';
import { figuresOf } from './documented-figures.ts';

const page = readFileSync(new URL('../../../docs/statistics.md', import.meta.url), 'utf8');

it.each(TEST_NAMES)('docs/statistics.md shows figures of %s that are still true', (name) => {
  expect(page).toContain(`<!-- figures of ${name} -->\n${figuresOf(name)}\n<!-- end -->`);
});
