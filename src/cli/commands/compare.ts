import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { AggregateRule } from '../../core/drift/aggregate-rule.ts';
import type { Policy } from '../../core/drift/drift-test.ts';
import type { PresetName } from '../../core/drift/presets/table.ts';
import { CORRECTIONS, type Correction } from '../../core/drift/settings.ts';
import { TEST_NAMES } from '../../core/drift/test-name.ts';
import { AppError } from '../../core/errors.ts';
import { systemClock } from '../../core/time/clock.ts';
import { type DetectDriftBody, detectDriftBetween } from '../../services/datasets/detect-drift.ts';
import { type DetectOptions, declaredTypes, TESTS_OF_TABLES } from '../../services/datasets/detect-settings.ts';
import { readPair } from '../../services/datasets/read-pair.ts';
import { Failure } from '../failure.ts';
import { writeFailure } from '../files.ts';
import { commaList, positiveNumber, shareNumber } from '../option-values.ts';
import { aggregateOption, JSON_OPTION, policyOption, presetOption } from '../options.ts';
import { comparePage } from '../output/compare-page.ts';
import { renderComparison } from '../output/compare-table.ts';
import { startReadingProgress } from '../output/reading-progress.ts';
import type { Terminal } from '../terminal.ts';

interface CompareOptions {
  readonly categorical?: readonly string[];
  readonly numeric?: readonly string[];
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
}

const HELP = `
Files can be CSV (comma, semicolon or tab, with a header line), NDJSON, a JSON array of objects, or Parquet. All but Parquet may be
gzipped. A column is categorical if it has text, or fewer than 10 distinct numbers in the reference; otherwise it is numeric.
A column drifts if a test has evidence (adjusted p-value) and an effect that reaches its floor.

Exit codes: 0; 1 if there is drift and --fail-on-drift is set; 2 if the files cannot be compared.

Examples:
  plumbline compare reference.csv production.csv
  plumbline compare train.parquet today.parquet --html report.html --fail-on-drift
  plumbline compare a.csv.gz b.csv.gz --categorical zip,store --ignore id --tests ks,psi,chi2
  plumbline compare a.csv b.csv --preset evidently     statistics and verdict of another tool`;

export function addCompareCommand(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .description('Compare two files of rows')
    .argument('<reference>', 'file of reference rows')
    .argument('<production>', 'file of production rows')
    .option('--categorical <columns>', 'columns to treat as categorical, separated by commas', commaList)
    .option('--numeric <columns>', 'columns to treat as numeric, separated by commas', commaList)
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
}

async function detect(
  terminal: Terminal,
  { reference, production }: PathPair,
  options: CompareOptions,
): Promise<DetectDriftBody> {
  const progress = await startReadingProgress(terminal, systemClock, [reference, production]);
  try {
    const pair = await readPair(reference, production, {
      types: declaredTypes(options.categorical, options.numeric),
      ignore: options.ignore,
      onProgress: (bytes) => progress.report(bytes),
    });
    progress.end();
    return detectDriftBetween(pair, detectOptions(options));
  } catch (error) {
    progress.end();
    if (error instanceof AppError || error instanceof RangeError)
      throw new Failure(error.message, 'usage', { cause: error });
    throw error;
  }
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
