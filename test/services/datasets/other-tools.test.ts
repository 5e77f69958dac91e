import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pairDatasets } from '../../../src/core/table/dataset-pair.ts';
import { detectDriftBetween } from '../../../src/services/datasets/detect-drift.ts';
import { type DetectOptions, toolOf } from '../../../src/services/datasets/detect-settings.ts';
import { detectDrift } from '../../../src/services/datasets/drift-detector.ts';
import { readChunks } from '../../../src/services/datasets/read-table.ts';
import { formulaCsv, formulaRow, formulaTable } from './formula-tables.ts';
import { chunksOf } from './tables.ts';

interface SentinelTest {
  readonly statistic?: number;
  readonly psi_value?: number;
  readonly p_value?: number;
  readonly drift: boolean;
}

interface Case {
  readonly name: string;
  readonly rows: readonly [number, number];
  readonly moved: number;
  readonly sentinel?: Record<
    string,
    { type: string; ks_test?: SentinelTest; psi?: SentinelTest; chi_square?: SentinelTest }
  >;
  readonly evidently: {
    readonly columns: Record<string, { test: string; value: number; drift: boolean }>;
    readonly share: number;
  };
}

const golden = JSON.parse(readFileSync(new URL('../../golden/tables.json', import.meta.url), 'utf8')) as {
  generator_check: unknown;
  cases: Case[];
};

/** To nine digits; a p-value that is 0 for SciPy may be any that small. */
function expectClose(actual: number | null | undefined, expected: number): void {
  expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(Math.max(1e-9 * Math.abs(expected), 1e-12));
}

async function detectInCsv(row: Case, options: DetectOptions) {
  const [reference, production] = await Promise.all(
    [formulaTable(row.rows[0], 0), formulaTable(row.rows[1], row.moved)].map((rows, i) =>
      readChunks(chunksOf(formulaCsv(rows)), i === 0 ? 'reference' : 'production'),
    ),
  );
  if (reference === undefined || production === undefined) throw new RangeError('two tables');
  return detectDriftBetween(pairDatasets(reference, production, { tool: toolOf(options) }), options);
}

it('the rows are those of the script', () => {
  expect(formulaRow(6, 1)).toEqual(golden.generator_check);
});

describe.each(golden.cases.filter(({ sentinel }) => sentinel !== undefined))(
  'Sentinel, 21,000 and 9,000 rows: $name',
  (row) => {
    const expected = row.sentinel ?? {};
    const drifted = Object.keys(expected).filter((name) =>
      [expected[name]?.ks_test, expected[name]?.psi, expected[name]?.chi_square].some((test) => test?.drift),
    );

    it('preset sentinel gives its numbers and verdicts, from CSV and from rows', async () => {
      const body = await detectInCsv(row, { preset: 'sentinel' });
      expect(body.features_with_drift).toEqual(drifted);
      for (const [name, tests] of Object.entries(expected)) {
        const { type, ks_test: ks, psi, chi_square: chi2 } = body.feature_details[name] ?? {};
        expect(type).toBe(tests.type);
        if (tests.ks_test) {
          expectClose(ks?.statistic, tests.ks_test.statistic as number);
          expectClose(ks?.p_value, tests.ks_test.p_value as number);
          expect(ks?.drift_detected).toBe(tests.ks_test.drift);
        }
        if (tests.psi) {
          expectClose(psi?.psi_value, tests.psi.psi_value as number);
          expect(psi?.drift_detected).toBe(tests.psi.drift);
        }
        if (tests.chi_square) {
          expectClose(chi2?.statistic, tests.chi_square.statistic as number);
          expectClose(chi2?.p_value, tests.chi_square.p_value as number);
          expect(chi2?.drift_detected).toBe(tests.chi_square.drift);
        }
      }
      const inRows = detectDrift(formulaTable(row.rows[0], 0), formulaTable(row.rows[1], row.moved), {
        preset: 'sentinel',
      });
      expect(JSON.stringify(inRows)).toBe(JSON.stringify({ ...body, notes: inRows.notes }));
    });

    it('policy classic gives its verdicts, and its KS to the digit', async () => {
      const body = await detectInCsv(row, { policy: 'classic' });
      expect(body.features_with_drift).toEqual(drifted);
      for (const [name, { ks_test: ks }] of Object.entries(expected)) {
        if (ks === undefined) continue;
        expectClose(body.feature_details[name]?.ks_test?.statistic, ks.statistic as number);
        expectClose(body.feature_details[name]?.ks_test?.p_value, ks.p_value as number);
      }
    });
  },
);

it.each(golden.cases)(
  'Evidently: $name, with its date column, its row numbers and its share of drifting columns',
  async (row) => {
    const { feature_details: details } = await detectInCsv(row, { preset: 'evidently' });
    const { columns } = row.evidently;
    for (const [name, { test, value, drift }] of Object.entries(columns)) {
      const [finding, ...others] = details[name]?.findings ?? [];
      expect([name, finding?.test, finding?.verdict, others.length]).toEqual([
        name,
        test,
        drift ? 'drift' : 'no_drift',
        0,
      ]);
      const isDistance = test === 'wasserstein' || test === 'js';
      expectClose(isDistance ? finding?.statistic : finding?.p_value, value);
    }
    const drifting = Object.keys(columns).filter((name) => details[name]?.drift_detected).length;
    expect(drifting / Object.keys(columns).length).toBeCloseTo(row.evidently.share, 12);
  },
);

it('every value of a column is kept to 100,000, and a sketch beyond', async () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => ({ x: (i * 7919) % 100_003, name: `n${i % 5_000}` }));
  const resolution = (n: number) =>
    detectDrift(rows(n), rows(n)).feature_details.x?.findings.find(({ test }) => test === 'ks')?.resolution;
  expect(resolution(100_000)).toBe(0);
  expect(resolution(100_001)).toBeGreaterThan(0);
  const names = detectDrift(rows(100_000), rows(50_000)).feature_details.name?.findings;
  expect(names?.find(({ test }) => test === 'unseen')).toMatchObject({ verdict: 'no_drift' });
});
