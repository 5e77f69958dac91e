import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { fakeTerminal } from './fake-terminal.ts';

let directory: string;
const paths = { quiet: '', moved: '', reference: '', broken: '' };
const table = (n: number, shift = 0) =>
  `age,plan,order_id\n${Array.from({ length: n }, (_, i) => `${((i * 7919) % 1009) / 10 + shift},${'abc'[(i * i) % 3]},${1e6 + i}`).join('\n')}\n`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-compare-'));
  const files = { reference: table(500), quiet: table(400), moved: table(400, 60), broken: 'age,plan,order_id\n1,2\n' };
  for (const [name, text] of Object.entries(files)) {
    paths[name as keyof typeof paths] = join(directory, `${name}.csv`);
    await writeFile(paths[name as keyof typeof paths], text);
  }
});
afterAll(() => rm(directory, { recursive: true }));

async function compare(...args: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommand(['compare', ...args], terminal);
  return { code, out: terminal.lines.join('\n'), err: terminal.errors() };
}

describe('plumbline compare', () => {
  it('prints drifting columns, where they drift, and columns that are not tested', async () => {
    const { code, out } = await compare(paths.reference, paths.moved);
    expect(code).toBe(0);
    expect(out).toContain('500 reference rows, 400 production rows, 3 columns');
    expect(out).toMatch(/age +continuous +drift +ks/);
    expect(out).toMatch(/plan +categorical +no drift/);
    expect(out).toContain('not tested: order_id');
    expect(out).toContain('Drift detected in 1 feature(s): age');
  });

  it('--fail-on-drift exits with 2 only if there is drift', async () => {
    expect((await compare(paths.reference, paths.moved, '--fail-on-drift')).code).toBe(1);
    expect((await compare(paths.reference, paths.quiet, '--fail-on-drift')).code).toBe(0);
  });

  it('--json prints the body of the route, --html writes a page', async () => {
    const page = join(directory, 'page.html');
    const { out, err } = await compare(paths.reference, paths.moved, '--json', '--html', page);
    expect(JSON.parse(out)).toMatchObject({ drift_detected: true, features_with_drift: ['age'] });
    expect(err).toContain(page);
    expect(await readFile(page, 'utf8')).toContain('<h2>age</h2>');
  });

  it('--all prints a row for every test; tests, columns and presets can be chosen', async () => {
    const all = await compare(
      paths.reference,
      paths.quiet,
      '--all',
      '--tests',
      'ks,cvm,anderson',
      '--ignore',
      'order_id',
    );
    expect(all.out).toMatch(/anderson[\s\S]*cvm/);
    expect(all.out).not.toContain('order_id');
    const preset = (await compare(paths.reference, paths.moved, '--preset', 'evidently')).out;
    expect(preset).toContain('preset evidently');
    expect(preset).toMatch(/effect +threshold +p +where/);
    expect(all.out).toMatch(/effect +floor +p adjusted +where/);
    expect((await compare(paths.reference, paths.moved, '--categorical', 'age')).out).toMatch(/age +categorical/);
  });

  it.each<[string, () => string[], RegExp, number]>([
    ['a file that is not there', () => [paths.reference, 'nowhere.csv'], /production does not exist: nowhere\.csv/, 2],
    ['a broken table', () => [paths.broken, paths.quiet], /reference has 2 cells in row 1, but 3 columns/, 2],
    ['a test that is not there', () => [paths.reference, paths.quiet, '--tests', 'nope'], /no test is called nope/, 2],
    ['a level that is none', () => [paths.reference, paths.quiet, '--significance', '7'], /between 0 and 1/, 2],
    [
      'a column that is both',
      () => [paths.reference, paths.quiet, '--categorical', 'age', '--numeric', 'age'],
      /both/,
      2,
    ],
    [
      'a page in no directory',
      () => [paths.reference, paths.quiet, '--html', '/no/such/place.html'],
      /cannot be written/,
      2,
    ],
  ])('%s is an error of one line', async (_, args, message, expected) => {
    const { code, err } = await compare(...args());
    expect(err).toMatch(message);
    expect(code).toBe(expected);
  });
});
