import { readdirSync, readFileSync } from 'node:fs';

const SOURCE = new URL('../../src/', import.meta.url);

export interface Example {
  /** Path under src. */
  readonly file: string;
  readonly code: string;
  readonly expected: string;
}

/** Every TypeScript file of a folder under src, as a path under src. */
export function listFiles(folder: string): string[] {
  const files = readdirSync(new URL(`${folder}/`, SOURCE), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => `${folder}/${file}`);
}

export function readSource(file: string): string {
  return readFileSync(new URL(file, SOURCE), 'utf8');
}

/**
 * Every example in the docstrings of a folder: `@example CODE // VALUE` on one line, or `@example` with lines of code below it, the
 * last of which are comments that hold the value.
 */
export function listExamples(folder: string): Example[] {
  return listFiles(folder).flatMap((file) => {
    const text = readSource(file);
    const short = [...text.matchAll(/@example (.+?) \/\/ (.+)$/gm)].map(([, code = '', expected = '']) => ({
      file,
      code,
      expected,
    }));
    const long = [...text.matchAll(/@example\n((?: *\* .+\n)+)/g)].map(([, block = '']) => readBlock(file, block));
    return [...short, ...long];
  });
}

function readBlock(file: string, block: string): Example {
  const lines = block
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^ *\* /, ''));
  const codeEnd = lines.findLastIndex((line) => !line.startsWith('//')) + 1;
  const value = lines.slice(codeEnd).map((line) => line.replace(/^\/\/ ?/, ''));
  return { file, code: lines.slice(0, codeEnd).join('\n'), expected: value.join(' ') };
}

/** Runs an example with the exports of its file, and what else is in scope, as variables; an expression's value is the last one's. */
export async function runExample({ file, code, expected }: Example, scope: object = {}) {
  const names = { ...scope, ...(await importSource(file)) };
  const evaluate = (text: string): unknown =>
    new Function(...Object.keys(names), 'source', 'return eval(source)')(...Object.values(names), text);
  return { actual: evaluate(code), expected: evaluate(`(${expected.replace(/, which .*/, '')})`) };
}

/** The exports of a file under src. */
export async function importSource(file: string): Promise<Record<string, unknown>> {
  return await import(/* @vite-ignore */ `../../src/${file}`);
}

/** The exports of every file of a folder under src. */
export async function importFolder(folder: string): Promise<Record<string, unknown>> {
  return Object.assign({}, ...(await Promise.all(listFiles(folder).map(importSource))));
}
