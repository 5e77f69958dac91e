import { aggregateChecks } from '../../core/drift/aggregate.ts';
import { type DriftCheck, type Verdict, wireFields, wireVerdict } from '../../core/drift/check.ts';
import type { Policy } from '../../core/drift/drift-test.ts';
import { type Bars, type Figures, figuresOf } from '../../core/drift/figures.ts';
import type { Direction } from '../../core/drift/movement/direction.ts';
import type { PresetName } from '../../core/drift/presets/table.ts';
import type { TestName } from '../../core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../core/drift/test-table.ts';
import { runSteps, type Steps } from '../../core/steps.ts';
import type { DatasetPair } from '../../core/table/dataset-pair.ts';
import type { DatePart, PartPair } from '../../core/table/date-parts.ts';
import { type ColumnCheck, compareColumns } from './compare-columns.ts';
import { type DateRanges, dateRanges, isoTime, notesOf } from './describe-reading.ts';
import { type DetectOptions, settingsOf } from './detect-settings.ts';
import { type Outcome, summaryOf } from './summary.ts';

/** The result of one test on one feature, as JSON. When a number is null, `reason` says why. */
export interface FindingBody {
  readonly test: TestName;
  readonly title: string;
  /** Of a column of dates: the part that was tested. */
  readonly part?: DatePart;
  readonly verdict: Verdict;
  readonly statistic: number | null;
  readonly effect: number | null;
  readonly floor: number | null;
  readonly p_value: number | null;
  readonly p_adjusted: number | null;
  readonly resolution: number;
  readonly n_reference: number;
  readonly n_current: number;
  readonly method: string;
  readonly reason?: string;
  readonly at?: number | string;
  /** Which way it went: the values of the column, or the share of `at`. Null where nothing drifts. */
  readonly direction: Direction | null;
}

/** A test in the form that clients of Sentinel expect. */
interface NamedTest {
  readonly test: 'KS' | 'PSI' | 'Chi-Square';
  readonly statistic?: number | null;
  readonly psi_value?: number | null;
  readonly p_value?: number | null;
  readonly drift_detected: boolean;
  readonly reason?: string;
}

export interface FeatureBody {
  readonly type: 'continuous' | 'categorical' | 'timestamp';
  readonly ks_test?: NamedTest;
  readonly psi?: NamedTest;
  readonly chi_square?: NamedTest;
  readonly drift_detected: boolean;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly findings: readonly FindingBody[];
  readonly figures: Figures;
  /** Of a column of dates: from when to when they are, and the figures of their parts. */
  readonly ranges?: DateRanges;
  readonly parts?: { readonly [part in DatePart]?: Bars };
}

/** The answer of `POST /detect-drift`, of the library and of `plumbline compare --json`. */
export interface DetectDriftBody {
  readonly drift_detected: boolean;
  readonly features_with_drift: readonly string[];
  readonly feature_details: { readonly [feature: string]: FeatureBody };
  readonly summary: string;
  readonly verdict: Verdict;
  readonly policy: Policy;
  readonly preset?: PresetName;
  readonly rows: { readonly reference: number; readonly production: number };
  readonly added_columns: readonly string[];
  readonly missing_columns: readonly string[];
  /** Columns whose tests cannot say. */
  readonly inconclusive_columns: readonly string[];
  /** Columns without a test of their distribution. */
  readonly not_tested: readonly { readonly feature: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

/**
 * Compares production with its reference, one column after the other, in the order of the reference.
 *
 * @throws RangeError when a test is not in the table
 */
export function detectDriftBetween(pair: DatasetPair, options: DetectOptions = {}): DetectDriftBody {
  return runSteps(detectInSteps(pair, options));
}

/** The same in steps, one column each. */
export function* detectInSteps(pair: DatasetPair, options: DetectOptions = {}): Steps<DetectDriftBody> {
  const { reference, production } = pair;
  const settings = settingsOf(options, reference);
  const { checks, notTested } = yield* compareColumns(pair, settings);
  const byColumn = checks.map(({ column, check }) => ({ ...check, subject: column }));
  const aggregated = aggregateChecks(byColumn, settings.aggregate);
  const verdict = wireVerdict(aggregated.verdict);
  // Without a prototype, so that a column with any name is an ordinary key.
  const details: { [feature: string]: FeatureBody } = Object.create(null);
  const byFeature = groupByColumn(checks);
  for (const feature of reference.columns) {
    details[feature] = featureBody(feature, pair, {
      checks: byFeature.get(feature) ?? [],
      verdict: wireVerdict(aggregated.features.get(feature) ?? 'inconclusive'),
      notTested: notTested.get(feature),
    });
    yield;
  }
  const drifted = reference.columns.filter((feature) => details[feature]?.verdict === 'drift');
  const inconclusive = reference.columns.filter(
    (feature) => details[feature]?.verdict === 'inconclusive' && !notTested.has(feature),
  );
  const added = production.columns.filter((column) => !reference.types.has(column));
  const outcome: Outcome = { verdict, columns: reference.columns.length, drifted, inconclusive, added };
  return {
    drift_detected: verdict === 'drift',
    features_with_drift: drifted,
    feature_details: details,
    summary: summaryOf({ ...outcome, notTested: [...notTested.keys()] }, pair),
    verdict,
    policy: settings.policy,
    ...(settings.preset && { preset: settings.preset }),
    rows: { reference: reference.rows, production: production.rows },
    added_columns: added,
    missing_columns: reference.columns.filter((column) => !production.types.has(column)),
    inconclusive_columns: inconclusive,
    not_tested: [...notTested].map(([feature, reason]) => ({ feature, reason })),
    notes: [...notesOf(pair), ...reference.notes, ...production.notes],
  };
}

function groupByColumn(checks: readonly ColumnCheck[]): ReadonlyMap<string, readonly ColumnCheck[]> {
  const groups = new Map<string, ColumnCheck[]>();
  for (const check of checks) {
    const group = groups.get(check.column);
    if (group === undefined) groups.set(check.column, [check]);
    else group.push(check);
  }
  return groups;
}

interface FeatureResult {
  readonly checks: readonly ColumnCheck[];
  readonly verdict: Verdict;
  /** Why the feature was not tested. */
  readonly notTested: string | undefined;
}

function featureBody(feature: string, pair: DatasetPair, { checks, verdict, notTested }: FeatureResult): FeatureBody {
  const { reference, production, dates } = pair;
  const type = reference.types.get(feature);
  const isNumeric = type === 'numeric' || (type === 'identifier' && hasNumbers(feature, pair));
  const named = (method: TestName) => checks.find(({ check }) => check.method === method)?.check;
  const parts = dates.get(feature);
  return {
    type: parts !== undefined ? 'timestamp' : isNumeric ? 'continuous' : 'categorical',
    ...(isNumeric ? numericTests(named('ks'), named('psi'), notTested) : categoryTests(named('chi2'), notTested)),
    drift_detected: verdict === 'drift',
    verdict,
    ...(notTested !== undefined && { reason: notTested }),
    findings: checks.map(findingBody),
    figures: figuresOf(reference.profile.features.get(feature) ?? {}, production.profile.features.get(feature) ?? {}),
    ...(parts !== undefined && { ranges: dateRanges(feature, pair), parts: partFigures(parts) }),
  };
}

function hasNumbers(feature: string, { reference }: DatasetPair): boolean {
  return reference.profile.features.get(feature)?.numeric !== undefined;
}

function partFigures(parts: ReadonlyMap<DatePart, PartPair>): NonNullable<FeatureBody['parts']> {
  return Object.fromEntries(
    [...parts].flatMap(([part, { reference, current }]) => {
      const { categories } = figuresOf(reference, current);
      return categories === undefined ? [] : [[part, categories]];
    }),
  );
}

function numericTests(ks: DriftCheck | undefined, psi: DriftCheck | undefined, notTested: string | undefined) {
  return {
    ...((ks || notTested) && { ks_test: { test: 'KS' as const, ...evidence(ks), ...outcome(ks, notTested) } }),
    ...((psi || notTested) && {
      psi: { test: 'PSI' as const, psi_value: psi?.statistic ?? null, ...outcome(psi, notTested) },
    }),
  };
}

function categoryTests(chi2: DriftCheck | undefined, notTested: string | undefined) {
  if (chi2 === undefined && notTested === undefined) return {};
  return { chi_square: { test: 'Chi-Square' as const, ...evidence(chi2), ...outcome(chi2, notTested) } };
}

/** Clients of Sentinel read a number: where nothing could be tested, nothing speaks for drift. `verdict` and `reason` say which it is. */
const NO_EVIDENCE = 1;

function evidence(check: DriftCheck | undefined) {
  return { statistic: check?.statistic ?? null, p_value: check?.pValue ?? NO_EVIDENCE };
}

function outcome(check: DriftCheck | undefined, notTested: string | undefined) {
  const reason = check?.reason ?? notTested;
  return { drift_detected: check?.verdict === 'fail', ...(reason !== undefined && { reason }) };
}

function findingBody({ check, part }: ColumnCheck): FindingBody {
  const isMoment = part === 'range' && typeof check.at === 'number';
  return {
    test: check.method,
    title: DRIFT_TESTS[check.method].title,
    ...(part !== undefined && { part }),
    statistic: check.statistic,
    p_value: check.pValue,
    n_reference: check.nReference,
    n_current: check.nCurrent,
    ...wireFields(check),
    ...(check.reason !== null && { reason: check.reason }),
    ...(check.at !== null && { at: isMoment ? isoTime(check.at as number) : check.at }),
  };
}
