import { aggregateChecks } from '../../core/drift/aggregate.ts';
import { type CheckVerdict, type DriftCheck, type Verdict, wireFields, wireVerdict } from '../../core/drift/check.ts';
import { compareInSteps } from '../../core/drift/compare.ts';
import type { Policy } from '../../core/drift/drift-test.ts';
import { type Figures, figuresOf } from '../../core/drift/figures.ts';
import type { Direction } from '../../core/drift/movement/direction.ts';
import type { PresetName } from '../../core/drift/presets/table.ts';
import type { TestName } from '../../core/drift/test-name.ts';
import { DRIFT_TESTS } from '../../core/drift/test-table.ts';
import { runSteps, type Steps } from '../../core/steps.ts';
import type { Dataset } from '../../core/table/dataset.ts';
import type { DatasetPair } from '../../core/table/dataset-pair.ts';
import { type DetectOptions, settingsOf } from './detect-settings.ts';

const MAX_NAMES = 20;

/** The result of one test on one feature, as JSON. When a number is null, `reason` says why. */
export interface FindingBody {
  readonly test: TestName;
  readonly title: string;
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
  readonly type: 'continuous' | 'categorical';
  readonly ks_test?: NamedTest;
  readonly psi?: NamedTest;
  readonly chi_square?: NamedTest;
  readonly drift_detected: boolean;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly findings: readonly FindingBody[];
  readonly figures: Figures;
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
  const { checks, notTested } = yield* compareInSteps(reference.profile, production.profile, settings);
  const summary = aggregateChecks(checks, settings.aggregate);
  const verdict = wireVerdict(summary.verdict);
  const reasons = new Map(notTested.map(({ feature, reason }) => [feature, reason]));
  // Without a prototype, so that a column with any name is an ordinary key.
  const details: { [feature: string]: FeatureBody } = Object.create(null);
  const byFeature = groupBySubject(checks);
  for (const feature of reference.columns) {
    details[feature] = featureBody(feature, pair, {
      checks: byFeature.get(feature) ?? [],
      verdict: wireVerdict(summary.features.get(feature) ?? 'inconclusive'),
      notTested: reasons.get(feature),
    });
    yield;
  }
  const drifted = reference.columns.filter((feature) => summary.features.get(feature) === 'fail');
  return {
    drift_detected: verdict === 'drift',
    features_with_drift: drifted,
    feature_details: details,
    summary: `${summaryOf(verdict, drifted, pair)}${untestedOf(verdict, summary.features, reasons)}`,
    verdict,
    policy: settings.policy,
    ...(settings.preset && { preset: settings.preset }),
    rows: { reference: reference.rows, production: production.rows },
    added_columns: production.columns.filter((column) => !reference.types.has(column)),
    missing_columns: reference.columns.filter((column) => !production.types.has(column)),
    not_tested: notTested.map(({ feature, reason }) => ({ feature, reason })),
    notes: [...reference.notes, ...production.notes],
  };
}

function groupBySubject(checks: readonly DriftCheck[]): ReadonlyMap<string, readonly DriftCheck[]> {
  const groups = new Map<string, DriftCheck[]>();
  for (const check of checks) {
    const group = groups.get(check.subject);
    if (group === undefined) groups.set(check.subject, [check]);
    else group.push(check);
  }
  return groups;
}

interface FeatureResult {
  readonly checks: readonly DriftCheck[];
  readonly verdict: Verdict;
  /** Why the feature was not tested. */
  readonly notTested: string | undefined;
}

function featureBody(feature: string, { reference, production }: DatasetPair, result: FeatureResult): FeatureBody {
  const { checks, verdict, notTested } = result;
  const isNumeric = reference.types.get(feature) === 'numeric';
  const named = (method: TestName) => checks.find((check) => check.method === method);
  return {
    type: isNumeric ? 'continuous' : 'categorical',
    ...(isNumeric ? numericTests(named('ks'), named('psi'), notTested) : categoryTests(named('chi2'), notTested)),
    drift_detected: verdict === 'drift',
    verdict,
    ...(notTested !== undefined && { reason: notTested }),
    findings: checks.map(findingBody),
    figures: figuresOf(reference.profile.features.get(feature) ?? {}, production.profile.features.get(feature) ?? {}),
  };
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

function findingBody(check: DriftCheck): FindingBody {
  return {
    test: check.method,
    title: DRIFT_TESTS[check.method].title,
    statistic: check.statistic,
    p_value: check.pValue,
    n_reference: check.nReference,
    n_current: check.nCurrent,
    ...wireFields(check),
    ...(check.reason !== null && { reason: check.reason }),
    ...(check.at !== null && { at: check.at }),
  };
}

function summaryOf(verdict: Verdict, drifted: readonly string[], { reference, production }: DatasetPair): string {
  if (verdict === 'drift') return `⚠️ Drift detected in ${drifted.length} feature(s): ${list(drifted)}`;
  if (verdict === 'inconclusive') return `⚠️ Inconclusive: ${whyInconclusive(reference, production)}`;
  if (drifted.length === 0) return '✅ No significant drift detected';
  return `✅ No significant drift detected: ${drifted.length} feature(s) drifted, fewer than the aggregate rule requires: ${list(drifted)}`;
}

/** What the summary does not speak of: columns without a test, and those whose tests cannot say. */
function untestedOf(
  verdict: Verdict,
  verdicts: ReadonlyMap<string, CheckVerdict>,
  notTested: ReadonlyMap<string, string>,
): string {
  const unsure = [...verdicts].filter(([, found]) => found === 'inconclusive').map(([feature]) => feature);
  const parts = [
    ...(notTested.size > 0 ? [`not tested: ${list([...notTested.keys()])}`] : []),
    ...(unsure.length > 0 && verdict !== 'inconclusive' ? [`inconclusive: ${list(unsure)}`] : []),
  ];
  return parts.map((part) => `; ${part}`).join('');
}

function whyInconclusive(reference: Dataset, production: Dataset): string {
  const rows = `${reference.rows} reference and ${production.rows} production row(s)`;
  return `no test can decide with ${rows}; feature_details has the reasons`;
}

function list(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return more > 0 ? `${names.slice(0, MAX_NAMES).join(', ')} and ${more} more` : names.join(', ');
}
