import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TEST_NAMES, type TestName } from '../../../src/core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../../src/core/drift/test-table.ts';
import { importSource, listExamples, listFiles, readSource } from '../examples.ts';

const HEADINGS = ['Statistic', 'Effect', 'Null', 'Honest from', 'Resolution', 'Source'] as const;
const FOLDER = 'core/drift/methods';
const page = readFileSync(new URL('../../../docs/statistics.md', import.meta.url), 'utf8');

/** The files of the table's tests, by the object that each exports. */
const files = new Map<unknown, string>();
for (const file of listFiles(FOLDER)) {
  for (const value of Object.values(await importSource(file))) files.set(value, file);
}

function fileOf(name: TestName): string {
  return files.get(DRIFT_TESTS[name]) ?? 'none';
}

/** The docstring right above the exported test, without its stars. */
function docstringOf(name: TestName): string {
  const found = /\/\*\*\n((?: \*.*\n)+?) \*\/\nexport const \w+: DriftTest = /.exec(readSource(fileOf(name)));
  return (found?.[1] ?? '').replace(/^ \* ?/gm, '');
}

function paragraphOf(name: TestName, heading: string): string {
  const found = docstringOf(name)
    .split('\n\n')
    .find((paragraph) => paragraph.startsWith(`**${heading}** `));
  return (found ?? '').replaceAll('\n', ' ');
}

/** How often p ≤ .05 was seen when nothing drifted, as docs/statistics.md has it. */
function falseAlarms(name: TestName): string {
  const section = page.split(`<!-- figures of ${name} -->`)[1] ?? '';
  return /p ≤ \.05 in (\d+\.\d %)/.exec(section)?.[1] ?? 'no figure';
}

describe.each(TEST_NAMES)('the docstring of %s', (name) => {
  it('begins with one sentence', () => {
    expect(docstringOf(name).split('\n\n')[0]?.replaceAll('\n', ' ')).toMatch(/^[^.?]+[.?]$/);
  });

  it('has every heading, in order', () => {
    const found = [...docstringOf(name).matchAll(/^\*\*(.+?)\*\* /gm)].map(([, heading]) => heading);
    expect(found).toEqual(HEADINGS);
  });

  it('has the figures of the table and of docs/statistics.md', () => {
    expect(paragraphOf(name, 'Effect')).toMatch(new RegExp(`Floor ${DRIFT_TESTS[name].defaultFloor}(?!\\d)`));
    expect(paragraphOf(name, 'Honest from')).toMatch(new RegExp(`\\*\\* ${DRIFT_TESTS[name].minRows} \\w+ a side`));
    expect(paragraphOf(name, 'Null')).toContain(falseAlarms(name));
  });

  it('has an example that is run', () => {
    const examples = listExamples(FOLDER).filter(({ file }) => file === fileOf(name));
    expect(examples).toHaveLength(1);
    expect(examples[0]?.code).toContain('.compare(');
    expect(examples[0]?.expected).toContain('effect:');
  });
});
