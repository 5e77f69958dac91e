import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${ROOT}docs/architecture.md`, 'utf8');
const tree = /^```\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';

/** The folders that the tree names, from the root; those of core, services and so on stand there without `src/`. */
const named = [...tree.matchAll(/^ *([\w/-]+)\/ /gm)].map(([, folder]) => folder ?? '');
const drawn = named.map((folder) => (folder.includes('/') && !folder.startsWith('src/') ? `src/${folder}` : folder));

const folders = readdirSync(`${ROOT}src`, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => `${entry.parentPath.slice(ROOT.length)}/${entry.name}`);

const files = ['src', 'test', 'scripts'].flatMap((top) =>
  readdirSync(ROOT + top, { recursive: true, encoding: 'utf8' }).map((file) => `${top}/${file}`),
);

describe('docs/architecture.md', () => {
  it('has a line for every folder of src/, and for no other', () => {
    const hint = 'add or remove the line of the folder in the tree of docs/architecture.md';
    expect(drawn.filter((folder) => folder.startsWith('src/')).sort(), hint).toEqual([...folders].sort());
  });
});

/** In a page: files that stand there without being in the repository. */
const EXAMPLES = new Set(['types.ts']);

it.each([
  ['docs/architecture.md', 50],
  ['CONTRIBUTING.md', 10],
])('%s names only files that exist', (name, atLeast) => {
  const text = readFileSync(ROOT + name, 'utf8');
  const mentioned = [...text.matchAll(/`([\w/.-]+\.(?:ts|py))`/g)].map(([, file]) => file ?? '');
  expect(mentioned.length).toBeGreaterThan(atLeast);
  const gone = mentioned.filter((file) => !files.some((path) => path === file || path.endsWith(`/${file}`)));
  expect(
    gone.filter((file) => !EXAMPLES.has(file)),
    `put the new names of these files into ${name}`,
  ).toEqual([]);
});
