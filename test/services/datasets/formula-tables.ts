import type { Row } from '../../../src/services/datasets/drift-detector.ts';

const STEPS = [
  0.7548776662466927, 0.5698402909980532, 0.8191725133961645, 0.6710436067037893, 0.5497004779019703,
] as const;
const DAY_MS = 86_400_000;

/** The Weyl sequence number k, as in scripts/golden-tables.py. */
const w = (i: number, k: 0 | 1 | 2 | 3 | 4) => ((i + 1) * STEPS[k]) % 1;

/** Row i of the tables of test/golden/tables.json; `moved` is 0 for the reference. */
export function formulaRow(i: number, moved: number): Row {
  const day = new Date(Date.UTC(moved > 0 ? 2025 : 2024, 0, 1) + (i % 300) * DAY_MS);
  return {
    number: i + 1,
    day: day.toISOString().slice(0, 10),
    age: 18 + Math.floor(62 * w(i, 0) ** (1 + 0.2 * moved)),
    income: 20_000 + 80_000 * w(i, 1) ** 2 * (1 + moved / 4),
    balance: (w(i, 2) - 0.5) * (1000 + 20 * moved),
    pay: Math.floor(12 * w(i, 3)) - 2,
    level: Math.floor(4 * w(i, 4) ** (1 + 0.1 * moved)),
    score: i % 7 === 0 ? null : w(i, 0) * w(i, 1) + 0.3 * moved,
    sex: w(i, 2) < 0.52 + 0.02 * moved ? 'f' : 'm',
    plan: 'abc'[Math.floor(3 * w(i, 3))],
    region: 'north',
  };
}

export const formulaTable = (n: number, moved: number): Row[] =>
  Array.from({ length: n }, (_, i) => formulaRow(i, moved));

/** The same rows as CSV. */
export function formulaCsv(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  return `${[columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) => cells.join(',')).join('\n')}\n`;
}
