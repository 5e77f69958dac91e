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

  it('--fail-on-drift exits with 1 only if there is drift', async () => {
    expect((await compare(paths.reference, paths.moved, '--fail-on-drift')).code).toBe(1);
    expect((await compare(paths.reference, paths.quiet, '--fail-on-drift')).code).toBe(0);
  });

  it('--fail-on-untested exits with 1 if a column was not tested, and the last line names it', async () => {
    const { code, out, err } = await compare(paths.reference, paths.quiet, '--fail-on-untested');
    expect(code).toBe(1);
    expect(err).toContain('order_id');
    expect(out.split('\n').at(-1)).toBe('No drift in 2 of 3 columns; 1 not tested: order_id');
    expect(out).not.toContain('✅');
    const tested = await compare(paths.reference, paths.quiet, '--fail-on-untested', '--ignore', 'order_id');
    expect(tested).toMatchObject({ code: 0, out: expect.stringContaining('✅ No significant drift detected') });
    expect((await compare(paths.reference, paths.moved, '--fail-on-drift')).code).toBe(1);
  });

  it('names on a line how cells were read; --decimal, --dates and --types correct it', async () => {
    const german = join(directory, 'german.csv');
    const lines = Array.from({ length: 400 }, (_, i) => `0${1 + (i % 9)}/0${1 + (i % 5)}/2024;${i % 90},5;${i % 40}`);
    await writeFile(german, `day;price;zip\n${lines.join('\n')}\n`);
    const { out } = await compare(german, german);
    expect(out).toContain(
      'day as dates mm/dd/yyyy (or dd/mm/yyyy: --dates dmy); price as numbers with a decimal comma',
    );
    const args = ['--dates', 'dmy', '--decimal', '.', '--types', 'zip=categorical,day=timestamp'];
    const corrected = await compare(german, german, ...args);
    expect(corrected.out).toContain('day as dates dd/mm/yyyy');
    expect(corrected.out).toMatch(/zip +categorical/);
    expect(corrected.out).toMatch(/price +continuous/);
  });

  it('the page shows dates as dates, and names what was not tested', async () => {
    const dates = join(directory, 'dates.csv');
    const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + (i % 366))).toISOString().slice(0, 10);
    await writeFile(dates, `day,row\n${Array.from({ length: 800 }, (_, i) => `${day(i)},${i}`).join('\n')}\n`);
    const page = join(directory, 'dates.html');
    await compare(dates, dates, '--html', page);
    const html = await readFile(page, 'utf8');
    expect(html).toContain('>2024-01-');
    expect(html).toContain('aria-label="day: shares by weekday"');
    expect(html).toContain('<p class="summary inconclusive">No drift in 1 of 2 columns; 1 not tested: row</p>');
    expect(html).toMatch(/<h2>row<\/h2>.*\n.*not tested/);
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
    [
      'text that is declared numeric',
      () => [paths.reference, paths.quiet, '--numeric', 'plan'],
      /reference, column "plan", is declared numeric, but 500 of its 500 cells are no numbers/,
      2,
    ],
    [
      'a column that is not there',
      () => [paths.reference, paths.quiet, '--types', 'pln=categorical'],
      /no column is called pln; there are age, plan, order_id/,
      2,
    ],
    ['a type that is not there', () => [paths.reference, paths.quiet, '--types', 'plan=text'], /Use column=type/, 2],
    [
      'two types for one column',
      () => [paths.reference, paths.quiet, '--numeric', 'age', '--types', 'age=categorical'],
      /age cannot be both/,
      2,
    ],
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
