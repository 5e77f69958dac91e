import { readdirSync, readFileSync } from 'node:fs';

export interface Example {
  readonly file: string;
  readonly code: string;
  readonly expected: string;
}

/** Every `@example CODE // VALUE` of a folder under src. */
export function listExamples(folder: string): Example[] {
  const directory = new URL(`../../../src/${folder}/`, import.meta.url);
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, directory), 'utf8');
    return [...text.matchAll(/@example (.+?) \/\/ (.+)$/gm)].map(([, code = '', expected = '']) => ({
      file,
      code,
      expected,
    }));
  });
}

/** Evaluates an example with the file's exports, and what else is in scope, as variables. */
export async function runExample(folder: string, { file, code, expected }: Example, scope: object = {}) {
  const names = { ...scope, ...((await import(/* @vite-ignore */ `../../../src/${folder}/${file}`)) as object) };
  const evaluate = (text: string): unknown =>
    new Function(...Object.keys(names), `return (${text})`)(...Object.values(names));
  return { actual: evaluate(code), expected: evaluate(expected.replace(/, which .*/, '')) };
}
