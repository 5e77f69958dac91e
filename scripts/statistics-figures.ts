import { readFileSync, writeFileSync } from 'node:fs';
import { TEST_NAMES } from '../src/core/drift/test-name.ts';
import { figuresOf } from '../test/core/drift/documented-figures.ts';

// Puts the figures of every drift test into docs/statistics.md; a test holds that they are still true. Usage: npm run statistics

const path = new URL('../docs/statistics.md', import.meta.url);
let page = readFileSync(path, 'utf8');
for (const name of TEST_NAMES) {
  const block = new RegExp(`(<!-- figures of ${name} -->\\n)[^]*?(<!-- end -->)`);
  if (!block.test(page)) throw new Error(`docs/statistics.md has no place for the figures of ${name}`);
  page = page.replace(block, (_, start, end) => `${start}${figuresOf(name)}\n${end}`);
}
writeFileSync(path, page);
