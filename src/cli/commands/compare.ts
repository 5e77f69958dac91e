import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { AggregateRule } from '../../core/drift/aggregate-rule.ts';
import type { Policy } from '../../core/drift/drift-test.ts';
import type { PresetName } from '../../core/drift/presets/table.ts';
import { CORRECTIONS, type Correction } from '../../core/drift/settings.ts';
import { TEST_NAMES } from '../../core/drift/test-name.ts';
import { AppError } from '../../core/errors.ts';
import { COLUMN_TYPES, type ColumnType } from '../../core/table/cells/column-type.ts';
import { DATE_ORDERS, type DateOrder } from '../../core/table/cells/date-format.ts';
import { DECIMAL_MARKS, type DecimalMark } from '../../core/table/cells/number-format.ts';
import type { DatasetPair } from '../../core/table/dataset-pair.ts';
import { systemClock } from '../../core/time/clock.ts';
import { type DetectDriftBody, detectDriftBetween } from '../../services/datasets/detect-drift.ts';
import { type DetectOptions, declaredTypes, TESTS_OF_TABLES, toolOf } from '../../services/datasets/detect-settings.ts';
import { readPair } from '../../services/datasets/read-pair.ts';
import { list } from '../../services/datasets/summary.ts';
import { Failure } from '../failure.ts';
import { writeFailure } from '../files.ts';
import { columnTypes, commaList, positiveNumber, shareNumber } from '../option-values.ts';
import { aggregateOption, JSON_OPTION, policyOption, presetOption } from '../options.ts';
import { comparePage } from '../output/compare-page.ts';
import { renderComparison } from '../output/compare-table.ts';
import { untestedColumns } from '../output/comparison.ts';
import { startReadingProgress } from '../output/reading-progress.ts';
import type { Terminal } from '../terminal.ts';

interface CompareOptions {
  readonly categorical?: readonly string[];
  readonly numeric?: readonly string[];
  readonly types?: ReadonlyMap<string, ColumnType>;
  readonly decimal?: DecimalMark;
  readonly dates?: DateOrder;
  readonly ignore?: readonly string[];
  readonly significance?: number;
  readonly psiThreshold?: number;
  readonly policy?: Policy;
  readonly preset?: PresetName;
  readonly tests?: readonly string[];
  readonly correction?: Correction;
  readonly aggregate?: AggregateRule;
  readonly driftShare?: number;
  readonly json?: boolean;
  readonly html?: string;
  readonly all?: boolean;
  readonly failOnDrift?: boolean;
  readonly failOnUntested?: boolean;
}

const HELP = `
Files can be CSV (comma, semicolon, tab or bar, with a header line), NDJSON, a JSON array of objects, or Parquet. All but Parquet may be
gzipped. The first rows show how numbers (1,234.50, 1.234,50, 12 %, €) and dates (2025-12-31, 31.12.2025, 12/31/2025) are written; a line says
what was read in which way, and --decimal, --dates and --types correct it.

A column is a timestamp if it has dates; categorical if it has text, or fewer than 10 distinct numbers in the reference; otherwise
numeric. Dates are compared by range, weekday, month and hour. Identifiers and row numbers are not tested, unless --types says what they are.
A column drifts if a test has evidence (adjusted p-value) and an effect that reaches its floor.

Exit codes: 0; 1 if there is drift and --fail-on-drift is set, or if a column was not tested or is inconclusive and --fail-on-untested is;
2 if the files cannot be compared.

Examples:
  plumbline compare reference.csv production.csv
  plumbline compare train.parquet today.parquet --html report.html --fail-on-drift
  plumbline compare a.csv b.csv --decimal , --dates dmy --types zip=categorical,opened=timestamp
  plumbline compare a.csv.gz b.csv.gz --ignore id --tests ks,psi,chi2 --fail-on-untested
  plumbline compare a.csv b.csv --preset evidently     statistics and verdict of another tool`;

export function addCompareCommand(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .description('Compare two files of rows')
    .argument('<reference>', 'file of reference rows')
    .argument('<production>', 'file of production rows')
    .option('--categorical <columns>', 'columns to treat as categorical, separated by commas', commaList)
    .option('--numeric <columns>', 'columns to treat as numeric, separated by commas', commaList)
    .option(
      '--types <columns>',
      `types of columns, as in zip=categorical,opened=timestamp: ${COLUMN_TYPES.join(', ')}`,
      columnTypes,
    )
    .addOption(
      new Option('--decimal <mark>', 'decimal mark of the numbers (default: read off the first rows)').choices(
        DECIMAL_MARKS,
      ),
    )
    .addOption(
      new Option('--dates <order>', 'order of day, month and year (default: read off the first rows)').choices(
        DATE_ORDERS,
      ),
    )
    .option('--ignore <columns>', 'columns to leave out, separated by commas', commaList)
    .option(
      '--tests <names>',
      `auto, or names separated by commas: ${TEST_NAMES.join(', ')} (default: ${TESTS_OF_TABLES.join(', ')})`,
      commaList,
    )
    .option('--significance <level>', 'significance level for adjusted p-values (default: 0.05)', shareNumber)
    .option('--psi-threshold <psi>', 'PSI from which a column drifts (default: 0.25)', positiveNumber)
    .addOption(policyOption('calibrated'))
    .addOption(presetOption())
    .addOption(
      new Option('--correction <method>', 'correction of p-values for many tests (default: bh)').choices(CORRECTIONS),
    )
    .addOption(aggregateOption('columns'))
    .option('--drift-share <share>', 'share of columns for --aggregate share (default: 0.5)', shareNumber)
    .option('--all', 'show all tests, not only the deciding one of each column')
    .option(...JSON_OPTION)
    .option('--html <file>', 'also write an HTML page with charts of the distributions')
    .option('--fail-on-drift', 'exit with code 1 if there is drift')
    .option('--fail-on-untested', 'exit with code 1 if a column was not tested, or no test could decide')
    .addHelpText('after', HELP)
    .action((reference: string, production: string, options: CompareOptions) =>
      compare(terminal, { reference, production }, options),
    );
}

interface PathPair {
  readonly reference: string;
  readonly production: string;
}

async function compare(terminal: Terminal, paths: PathPair, options: CompareOptions): Promise<void> {
  const body = await detect(terminal, paths, options);
  if (options.html !== undefined) await writePage(options.html, body, paths);
  if (options.json) terminal.out(JSON.stringify(body, null, 2));
  else for (const line of renderComparison(body, terminal.colors, options.all ?? false)) terminal.out(line);
  if (options.html !== undefined) terminal.err(`wrote ${options.html}\n`);
  if (options.failOnDrift && body.drift_detected) throw new Failure('production has drifted', 'drift');
  const untested = untestedColumns(body);
  if (options.failOnUntested && untested.length > 0)
    throw new Failure(
      `${untested.length} column(s) were not tested, or no test could decide: ${untested.join(', ')}`,
      'drift',
    );
}

async function detect(
  terminal: Terminal,
  { reference, production }: PathPair,
  options: CompareOptions,
): Promise<DetectDriftBody> {
  const progress = await startReadingProgress(terminal, systemClock, [reference, production]);
  try {
    const pair = await readPair(reference, production, {
      types: typesOf(options),
      ignore: options.ignore,
      decimal: options.decimal,
      dates: options.dates,
      tool: toolOf(options),
      onProgress: (bytes) => progress.report(bytes),
    });
    progress.end();
    refuseUnknownColumns(pair, options);
    return detectDriftBetween(pair, detectOptions(options));
  } catch (error) {
    progress.end();
    if (error instanceof AppError || error instanceof RangeError)
      throw new Failure(error.message, 'usage', { cause: error });
    throw error;
  }
}

function typesOf({ categorical, numeric, types }: CompareOptions): ReadonlyMap<string, ColumnType> {
  const declared = new Map(declaredTypes(categorical, numeric));
  for (const [column, type] of types ?? []) {
    const other = declared.get(column);
    if (other !== undefined && other !== type)
      throw new RangeError(`column ${column} cannot be both ${other} and ${type}`);
    declared.set(column, type);
  }
  return declared;
}

/** A column that is misspelled would be compared as if nothing had been said of it. */
function refuseUnknownColumns({ reference, production }: DatasetPair, options: CompareOptions): void {
  const columns = [...reference.columns, ...production.columns];
  const unknown = [...typesOf(options).keys()].find(
    (column) => !columns.includes(column) && !options.ignore?.includes(column),
  );
  if (unknown === undefined) return;
  throw new RangeError(`no column is called ${unknown}; there are ${list([...new Set(columns)])}`);
}

function detectOptions(options: CompareOptions): DetectOptions {
  const { tests, aggregate, driftShare } = options;
  return {
    significanceLevel: options.significance,
    psiThreshold: options.psiThreshold,
    policy: options.policy,
    preset: options.preset,
    tests: tests?.length === 1 && tests[0] === 'auto' ? 'auto' : tests,
    correction: options.correction,
    aggregate: aggregate && { rule: aggregate, ...(driftShare !== undefined && { share: driftShare }) },
  };
}

async function writePage(path: string, body: DetectDriftBody, paths: PathPair): Promise<void> {
  const titles = { reference: basename(paths.reference), production: basename(paths.production) };
  try {
    await writeFile(path, comparePage(body, titles));
  } catch (error) {
    throw writeFailure(path, error);
  }
}
