import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALLOWED, NODE_MODULES_OF_CORE, PACKAGES } from './allow-table.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** The row of the table that a file belongs to: its folder, a folder of core or services, or itself at the root. */
function rowOf(file: string): string {
  const parts = file.split('/');
  const depth = parts[0] === 'core' || parts[0] === 'services' ? 2 : 1;
  return parts.length === 1 ? file : parts.slice(0, Math.min(depth, parts.length - 1)).join('/');
}

const IMPORT =
  /^(?:import|export)\b[^'"`;]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** What is wrong with one import; undefined when nothing is. */
function complaintOf(file: string, target: string): string | undefined {
  const from = rowOf(file);
  if (target.startsWith('.')) {
    const to = rowOf(normalize(join(dirname(file), target)));
    return from === to || ALLOWED[from]?.includes(to) ? undefined : `${file}: ${from} may not import ${to} (${target})`;
  }
  if (target.startsWith('node:')) {
    const isAllowed = !from.startsWith('core') || NODE_MODULES_OF_CORE.includes(target);
    return isAllowed ? undefined : `${file}: core has no I/O (${target})`;
  }
  const owners = Object.entries(PACKAGES).find(([name]) => target === name || target.startsWith(`${name}/`))?.[1];
  return owners === undefined || owners.includes(from)
    ? undefined
    : `${file}: ${target} belongs to ${owners.join(', ')}`;
}

describe('src/', () => {
  it('has a row in the table for every file', () => {
    expect(files.filter((file) => ALLOWED[rowOf(file)] === undefined)).toEqual([]);
  });

  it('imports only what the table allows', () => {
    const complaints = files.flatMap((file) =>
      importsOf(readFileSync(join(SRC, file), 'utf8')).flatMap((target) => complaintOf(file, target) ?? []),
    );
    expect(complaints).toEqual([]);
  });
});

describe('the reader of imports', () => {
  it.each([
    [`import { a } from './a.ts';`, ['./a.ts']],
    [`import type {\n  A,\n  B,\n} from '../b.ts';`, ['../b.ts']],
    [`export { a } from './a.ts';\nimport './b.ts';`, ['./a.ts', './b.ts']],
    [`  const { a } = await import('./a.ts');`, ['./a.ts']],
    [`export function from(a: string): string {\n  return 'x';\n}`, []],
  ])('reads %j', (text, expected) => {
    expect(importsOf(text)).toEqual(expected);
  });

  it.each([
    ['core/drift/x.ts', '../incident/x.ts'],
    ['core/drift/x.ts', '../../simulation.ts'],
    ['core/time/x.ts', 'node:fs'],
    ['services/ingest/x.ts', '../notify/x.ts'],
    ['services/evaluation/x.ts', '../monitors/x.ts'],
    ['http/x.ts', 'pg'],
    ['main.ts', './app.ts'],
  ])('%s may not import %s', (file, target) => {
    expect(complaintOf(file, target)).toMatch(/may not import|no I\/O|belongs to/);
  });
});
