import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AGGREGATE_RULES, type AggregateRule } from '../../core/drift/aggregate-rule.ts';
import { POLICIES, type Policy } from '../../core/drift/drift-test.ts';
import { PRESET_NAMES, type PresetName } from '../../core/drift/presets/table.ts';
import { CORRECTIONS, type Correction } from '../../core/drift/settings.ts';
import { TEST_NAMES } from '../../core/drift/test-name.ts';
import { AppError } from '../../core/errors.ts';
import { type DetectDriftBody, detectDriftBetween } from '../../services/datasets/detect-drift.ts';
import type { DetectOptions } from '../../services/datasets/detect-settings.ts';
import { declaredTypes } from '../../services/datasets/drift-detector.ts';
import { readPair } from '../../services/datasets/read-pair.ts';
import { comparePage } from '../compare-page.ts';
import { renderComparison } from '../compare-table.ts';
import { Failure } from '../failure.ts';
import { ReadingProgress } from '../reading-progress.ts';
import type { Terminal } from '../terminal.ts';

interface CompareOptions {
  readonly categorical: readonly string[];
  readonly numeric: readonly string[];
  readonly ignore: readonly string[];
  readonly significance?: number;
  readonly psiThreshold?: number;
  readonly policy?: Policy;
  readonly preset?: PresetName;
  readonly tests?: readonly string[];
  readonly correction?: Correction;
  readonly aggregate?: AggregateRule;
  readonly driftShare?: number;
  readonly json: boolean;
  readonly html?: string;
  readonly all: boolean;
  readonly failOnDrift: boolean;
}

const HELP = `
Files are CSV (comma, semicolon or tab; a header line), NDJSON, a JSON array of objects, or Parquet; all but Parquet may be gzipped.
A column is categorical when it holds text, or fewer than 10 distinct numbers in REFERENCE; else it is numeric.
Tests by default: auto, by type and size. Drift needs evidence (p adjusted) and an effect that reaches its floor.

Exit code 0; 2 with --fail-on-drift when there is drift; 1 when the files cannot be compared.

Examples:
  plumbline compare reference.csv production.csv
  plumbline compare train.parquet today.parquet --html report.html --fail-on-drift
  plumbline compare a.csv.gz b.csv.gz --categorical zip,store --ignore id --tests ks,psi,chi2
  plumbline compare a.csv b.csv --preset evidently     the numbers and the verdict of another tool`;

export function addCompareCommand(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .description('compare two files of rows: has production drifted from its reference?')
    .argument('<reference>', 'rows as they should be')
    .argument('<production>', 'rows as they are')
    .option('--categorical <columns>', 'columns that hold names, by comma', names, [])
    .option('--numeric <columns>', 'columns that hold numbers, by comma', names, [])
    .option('--ignore <columns>', 'columns to leave out, by comma', names, [])
    .option('--tests <names>', `auto, or by comma: ${TEST_NAMES.join(', ')} (default: auto)`, names)
    .option('--significance <level>', 'level of the adjusted p-values (default: 0.05)', between(0, 1))
    .option('--psi-threshold <psi>', 'the PSI that counts (default: 0.25)', between(0, Number.MAX_VALUE))
    .addOption(new Option('--policy <policy>', 'how to decide (default: calibrated)').choices(POLICIES))
    .addOption(new Option('--preset <tool>', 'as another tool does').choices(PRESET_NAMES))
    .addOption(new Option('--correction <method>', 'of the p-values (default: bh)').choices(CORRECTIONS))
    .addOption(new Option('--aggregate <rule>', 'columns that must drift (default: any)').choices(AGGREGATE_RULES))
    .option('--drift-share <share>', 'with --aggregate share (default: 0.5)', between(0, 1))
    .option('--all', 'a row for every test, not only for those that decide', false)
    .option('--json', 'the answer as JSON', false)
    .option('--html <file>', 'also write one page with the distributions drawn')
    .option('--fail-on-drift', 'exit code 2 when there is drift', false)
    .addHelpText('after', HELP)
    .action((reference: string, production: string, options: CompareOptions) =>
      compare(terminal, reference, production, options),
    );
}

async function compare(terminal: Terminal, referencePath: string, productionPath: string, options: CompareOptions) {
  const body = await detect(terminal, referencePath, productionPath, options);
  if (options.html !== undefined)
    await writePage(options.html, body, basename(referencePath), basename(productionPath));
  if (options.json) terminal.out(JSON.stringify(body, null, 2));
  else for (const line of renderComparison(body, terminal.colors, options.all)) terminal.out(line);
  if (options.html !== undefined) terminal.err(`wrote ${options.html}\n`);
  if (options.failOnDrift && body.drift_detected) throw new Failure('production has drifted', 2);
}

async function detect(
  terminal: Terminal,
  referencePath: string,
  productionPath: string,
  options: CompareOptions,
): Promise<DetectDriftBody> {
  const progress = await ReadingProgress.start(terminal, [referencePath, productionPath]);
  try {
    const pair = await readPair(referencePath, productionPath, {
      types: declaredTypes(options.categorical, options.numeric),
      ignore: options.ignore,
      onProgress: (bytes) => progress.tell(bytes),
    });
    progress.end();
    return detectDriftBetween(pair, detectOptions(options));
  } catch (error) {
    progress.end();
    if (error instanceof AppError || error instanceof RangeError) throw new Failure(error.message, 1, { cause: error });
    throw error;
  }
}

function detectOptions(options: CompareOptions): DetectOptions {
  const { tests = ['auto'], aggregate, driftShare } = options;
  return {
    significanceLevel: options.significance,
    psiThreshold: options.psiThreshold,
    policy: options.policy,
    preset: options.preset,
    tests: tests.length === 1 && tests[0] === 'auto' ? 'auto' : tests,
    correction: options.correction,
    aggregate: aggregate && { rule: aggregate, ...(driftShare !== undefined && { share: driftShare }) },
  };
}

async function writePage(path: string, body: DetectDriftBody, reference: string, production: string): Promise<void> {
  try {
    await writeFile(path, comparePage(body, { reference, production }));
  } catch (error) {
    throw new Failure(`${path} cannot be written: ${(error as Error).message}`, 1, { cause: error });
  }
}

function names(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function between(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > low && value < high)) {
      throw new InvalidArgumentError(high === 1 ? 'give a number between 0 and 1.' : 'give a number above 0.');
    }
    return value;
  };
}
