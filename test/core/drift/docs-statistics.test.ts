import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRESET_NAMES } from '../../../src/core/drift/presets/table.ts';
import { TEST_NAMES } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';

const page = readFileSync(new URL('../../../docs/statistics.md', import.meta.url), 'utf8');
const sections = new Map(page.split(/^## /m).map((section) => [section.slice(0, section.indexOf('\n')), section]));

describe('docs/statistics.md', () => {
  it('has a section for every test, and for no other', () => {
    const titled = [...sections.keys()].filter((title) => title.startsWith('`'));
    expect(titled).toEqual(TEST_NAMES.map((name) => `\`${name}\` ${DRIFT_TESTS[name].title}`));
  });

  it.each(TEST_NAMES)('%s: question, definition, honesty, reading, source, and a place for its figures', (name) => {
    const section = sections.get(`\`${name}\` ${DRIFT_TESTS[name].title}`) as string;
    for (const part of ['**Asks.**', '**Is.**', '**Honest.**', '**Read it.**', '**Source.**'])
      expect(section).toContain(part);
    expect(section).toMatch(new RegExp(`<!-- figures of ${name} -->\\n(\\|.*\\|\\n)+<!-- end -->`));
  });

  it.each(PRESET_NAMES)('names the preset %s', (name) => expect(page).toContain(`\`${name}\``));
});
